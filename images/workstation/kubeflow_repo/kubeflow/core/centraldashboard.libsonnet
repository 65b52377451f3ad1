// The page that leads to the others.
local o = import 'kubeflow/core/objects.libsonnet';
local name = 'centraldashboard';
local labels = { app: name };

{
  items(params, namespace):: [
    o.service(name, namespace, labels, 80, 8082, mappings=[
      o.mapping('centralui-mapping', '/', '%s.%s' % [name, namespace]),
    ]),
    o.account(name, namespace),
  ] + o.rights(name, name, namespace, [
    o.may(['get', 'list', 'watch'], ['pods', 'pods/exec', 'pods/log']),
    o.may(['get'], ['secrets']),
  ]) + [
    o.workload('Deployment', name, namespace, labels, {
      serviceAccountName: name,
      containers: [{ name: name, image: params.centralUiImage, ports: [{ containerPort: 8082 }] }],
    }),
  ],
}
