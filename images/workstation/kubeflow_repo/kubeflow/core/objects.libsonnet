// The shapes that the parts of the core have in common.
local rbac = 'rbac.authorization.k8s.io';
local named(kind, name, namespace, api='v1') = {
  apiVersion: api,
  kind: kind,
  metadata: { name: name, [if namespace != null then 'namespace']: namespace },
};

{
  account(name, namespace):: named('ServiceAccount', name, namespace),

  config(name, namespace, data):: named('ConfigMap', name, namespace) { data: data },

  may(verbs, resources, group=''):: { apiGroups: [group], resources: resources, verbs: verbs },

  // Rights *rules* under *name* for *account*; in the whole cluster, or in *namespace* only.
  rights(name, account, namespace, rules, cluster=true)::
    local kind = if cluster then 'ClusterRole' else 'Role';
    local home = if cluster then null else namespace;
    [
      named(kind, name, home, rbac + '/v1') { rules: rules },
      named(kind + 'Binding', name, home, rbac + '/v1') {
        roleRef: { apiGroup: rbac, kind: kind, name: name },
        subjects: [{ kind: 'ServiceAccount', name: account, namespace: namespace }],
      },
    ],

  workload(kind, name, namespace, labels, pod, replicas=1):: named(kind, name, namespace, 'apps/v1') {
    spec: {
      replicas: replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels: labels }, spec: pod },
    },
  },

  service(name, namespace, selector, port, target, type='ClusterIP', mappings=[]):: named('Service', name, namespace) {
    metadata+: {
      labels: selector,
      [if mappings != [] then 'annotations']: {
        'getambassador.io/config': std.join('\n', ['---\n' + std.manifestYamlDoc(m, quote_keys=false) for m in mappings]),
      },
    },
    spec: { type: type, selector: selector, ports: [{ port: port, targetPort: target }] },
  },

  // A route that Ambassador reads off a service.
  mapping(name, prefix, service, rewrite=prefix, extra={}):: {
    apiVersion: 'ambassador/v0',
    kind: 'Mapping',
    name: name,
    prefix: prefix,
    rewrite: rewrite,
    service: service,
  } + extra,

  field(name, path):: { name: name, valueFrom: { fieldRef: { fieldPath: path } } },
}
