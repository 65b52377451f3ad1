// The gateway: three pods of proxy and statistics repeater, its two services, and the route to Kubernetes's dashboard.
local o = import 'kubeflow/core/objects.libsonnet';
local name = 'ambassador';
local labels = { service: name };
local probe(path) = {
  httpGet: { path: '/ambassador/v0/' + path, port: 8877 },
  initialDelaySeconds: 30,
  periodSeconds: 30,
};

{
  items(params, namespace):: [
    o.service(name, namespace, labels, 80, 80, params.AmbassadorServiceType),
    o.service('ambassador-admin', namespace, labels, 8877, 8877),
    o.service('k8s-dashboard', namespace, { 'k8s-app': 'kubernetes-dashboard' }, 443, 8443, mappings=[
      o.mapping('k8s-dashboard-ui-mapping', '/k8s/ui/', 'kubernetes-dashboard.kube-system', '/', { tls: true }),
    ]),
    o.account(name, namespace),
  ] + o.rights(name, name, namespace, [
    o.may(['get', 'list', 'watch'], ['services']),
    o.may(['create', 'update', 'patch', 'get', 'list', 'watch'], ['configmaps']),
    o.may(['get', 'list', 'watch'], ['secrets']),
  ], cluster=false) + [
    o.workload('Deployment', name, namespace, labels, {
      serviceAccountName: name,
      containers: [
        {
          name: name,
          image: params.AmbassadorImage,
          env: [
            o.field('AMBASSADOR_NAMESPACE', 'metadata.namespace'),
            { name: 'AMBASSADOR_SINGLE_NAMESPACE', value: 'true' },
          ],
          livenessProbe: probe('check_alive'),
          readinessProbe: probe('check_ready'),
          resources: { limits: { cpu: 1, memory: '400Mi' }, requests: { cpu: '200m', memory: '100Mi' } },
        },
        { name: 'statsd', image: params.StatsdImage },
      ],
      restartPolicy: 'Always',
    }, replicas=3),
  ],
}
