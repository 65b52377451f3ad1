local env = std.extVar("__ksonnet/environments");
local params = std.extVar("__ksonnet/params").components["tf-job-crd"];

// The TFJob resource, which kubeflow-core brings along; no status subresource, as the operator writes whole objects.
local one = { type: 'integer', minimum: 1 };
local replicas(count) = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
  properties: { replicas: count },
};

{
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
        openAPIV3Schema: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: {
            spec: {
              type: 'object',
              'x-kubernetes-preserve-unknown-fields': true,
              properties: {
                tfReplicaSpecs: {
                  type: 'object',
                  'x-kubernetes-preserve-unknown-fields': true,
                  properties: { Worker: replicas(one), PS: replicas(one), Chief: replicas(one { maximum: 1 }) },
                },
              },
            },
          },
        },
      },
    }],
  },
}
