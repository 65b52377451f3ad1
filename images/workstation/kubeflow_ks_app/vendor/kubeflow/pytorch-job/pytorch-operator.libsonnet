// Everything of the PyTorch operator, for a cluster of today: names, labels, image and arguments are those of
// Kubeflow 0.2; API versions are not.
local name = 'pytorch-operator';
local labels = { app: name };
local every(group, resources) = { apiGroups: [group], resources: resources, verbs: ['*'] };

{
  list(params, env):: {
    local namespace = if params.namespace == 'null' then env.namespace else params.namespace,
    apiVersion: 'v1',
    kind: 'List',
    items: [
      $.definition,
      $.serviceAccount(namespace),
      $.role,
      $.binding(namespace),
      $.config(namespace, params.pytorchDefaultImage),
      $.deployment(namespace, params.pytorchJobImage),
    ],
  },

  // No status subresource and no schema: the operator writes whole objects back, status and all.
  definition:: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'pytorchjobs.kubeflow.org' },
    spec: {
      group: 'kubeflow.org',
      scope: 'Namespaced',
      names: { kind: 'PyTorchJob', listKind: 'PyTorchJobList', singular: 'pytorchjob', plural: 'pytorchjobs' },
      versions: [{
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      }],
    },
  },

  serviceAccount(namespace):: {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: name, namespace: namespace, labels: labels },
  },

  role:: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: name, labels: labels },
    rules: [
      every('kubeflow.org', ['pytorchjobs']),
      every('apiextensions.k8s.io', ['customresourcedefinitions']),
      every('storage.k8s.io', ['storageclasses']),
      every('batch', ['jobs']),
      every('', ['configmaps', 'pods', 'services', 'endpoints', 'persistentvolumeclaims', 'events']),
      every('apps', ['deployments']),
      // The old events API was the core one only; leader election of current client libraries uses leases.
      every('events.k8s.io', ['events']),
      every('coordination.k8s.io', ['leases']),
    ],
  },

  binding(namespace):: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: name, labels: labels },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: name },
    subjects: [{ kind: 'ServiceAccount', name: name, namespace: namespace }],
  },

  config(namespace, defaultImage):: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'pytorch-operator-config', namespace: namespace },
    data: {
      'controller_config_file.yaml':
        if defaultImage == 'null' then '{}' else std.manifestJsonEx({ pytorchImage: defaultImage }, ' '),
    },
  },

  deployment(namespace, image):: {
    local field(path) = { fieldRef: { fieldPath: path } },
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: name, namespace: namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { name: name } },
      template: {
        metadata: { labels: { name: name } },
        spec: {
          serviceAccountName: name,
          containers: [{
            name: name,
            image: image,
            command: [
              '/pytorch-operator',
              '--controller-config-file=/etc/config/controller_config_file.yaml',
              '--alsologtostderr',
              '-v=1',
            ],
            env: [
              { name: 'MY_POD_NAMESPACE', valueFrom: field('metadata.namespace') },
              { name: 'MY_POD_NAME', valueFrom: field('metadata.name') },
            ],
            volumeMounts: [{ name: 'config-volume', mountPath: '/etc/config' }],
          }],
          volumes: [{ name: 'config-volume', configMap: { name: 'pytorch-operator-config' } }],
        },
      },
    },
  },
}
