// The TFJob resource, the operator that runs such jobs, and the dashboard that lists them.
local o = import 'kubeflow/core/objects.libsonnet';
local operator = 'tf-job-operator';
local dashboard = 'tf-job-dashboard';
local open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
local replicas(most) = open { properties: { replicas: { type: 'integer', minimum: 1 } + most } };

// Namespaces and the logs of pods are not among them, and the dashboard has no other: it is refused both.
local every(resources, group='') = o.may(['*'], resources, group);
local rules = [
  every(['tfjobs'], 'kubeflow.org'),
  every(['customresourcedefinitions'], 'apiextensions.k8s.io'),
  every(['storageclasses'], 'storage.k8s.io'),
  every(['jobs'], 'batch'),
  every(['configmaps', 'pods', 'services', 'endpoints', 'persistentvolumeclaims', 'events']),
  every(['deployments'], 'apps'),
  // The old events API was the core one only; leader election of current client libraries uses leases.
  every(['events'], 'events.k8s.io'),
  every(['leases'], 'coordination.k8s.io'),
];

{
  items(params, namespace):: [
    assert params.tfJobVersion == 'v1alpha2' : 'tfJobVersion: only v1alpha2 is played by this stand-in';
    $.definition,
    o.config('tf-job-operator-config', namespace, {
      'controller_config_file.yaml':
        if params.tfDefaultImage == 'null' then '{}' else std.manifestJsonEx({ tfImage: params.tfDefaultImage }, ' '),
    }),
    o.account(operator, namespace),
    o.account(dashboard, namespace),
    o.service(dashboard, namespace, { name: dashboard }, 80, 8080, params.tfJobUiServiceType, [
      o.mapping('tfjobs-ui-mapping', '/tfjobs/', '%s.%s' % [dashboard, namespace]),
    ]),
  ] + o.rights(operator, operator, namespace, rules) + o.rights(dashboard, dashboard, namespace, rules) + [
    o.workload('Deployment', operator + '-' + params.tfJobVersion, namespace, { name: operator }, {
      serviceAccountName: operator,
      containers: [{
        name: operator,
        image: params.tfJobImage,
        command: ['/opt/kubeflow/tf-operator.v2', '--alsologtostderr', '-v=1'],
        env: [o.field('MY_POD_NAMESPACE', 'metadata.namespace'), o.field('MY_POD_NAME', 'metadata.name')],
        volumeMounts: [{ name: 'config-volume', mountPath: '/etc/config' }],
      }],
      volumes: [{ name: 'config-volume', configMap: { name: 'tf-job-operator-config' } }],
    }),
    o.workload('Deployment', dashboard, namespace, { name: dashboard }, {
      serviceAccountName: dashboard,
      containers: [{
        name: dashboard,
        image: params.tfJobImage,
        command: ['/opt/tensorflow_k8s/dashboard/backend'],
        ports: [{ containerPort: 8080 }],
      }],
    }),
  ],

  // No status subresource: the operator writes whole objects back, status and all. Master is not looked at.
  definition:: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'tfjobs.kubeflow.org' },
    spec: {
      group: 'kubeflow.org',
      scope: 'Namespaced',
      names: { kind: 'TFJob', listKind: 'TFJobList', singular: 'tfjob', plural: 'tfjobs' },
      versions: [{
        name: 'v1alpha2',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: open {
            properties: {
              spec: open {
                properties: {
                  tfReplicaSpecs: open {
                    properties: { Worker: replicas({}), PS: replicas({}), Chief: replicas({ maximum: 1 }) },
                  },
                },
              },
            },
          },
        },
      }],
    },
  },
}
