// A model server and its service, for a cluster of today: names, labels, image and arguments are those of
// Kubeflow 0.2; API versions are not. Objects are named after the parameter `name`, not after the component.
local registry = 'gcr.io/kubeflow-images-public/';
local is(value) = std.toString(value) == 'true';
local given(value) = value != null && value != '' && value != 'null';

{
  // Only `name` is declared by the prototype; the rest is here, and `ks param set` puts its own over it.
  defaults:: {
    local all = self,
    namespace: 'null',
    modelName: all.name,
    labels: { app: all.name },
    modelPath: null,
    modelStorageType: 'cloud',
    nfsPVC: 'null',
    version: 'v1',
    firstVersion: true,
    serviceType: 'ClusterIP',
    numGpus: 0,
    defaultCpuImage: registry + 'tensorflow-serving-1.7:v20180604-0da89b8a',
    defaultGpuImage: registry + 'tensorflow-serving-1.6gpu:v20180604-0da89b8a',
    modelServerImage: if $.count(self.numGpus) == 0 then self.defaultCpuImage else self.defaultGpuImage,
    deployHttpProxy: false,
    deployIstio: false,
    s3Enable: false,
    gcpCredentialSecretName: 'null',
  },

  count(value):: if std.isString(value) then std.parseInt(value) else value,

  list(params, env):: {
    local all = $.defaults + params,
    local namespace = if given(all.namespace) then all.namespace else env.namespace,
    assert !is(all.deployHttpProxy) : 'deployHttpProxy: there is no stand-in for the proxy; leave it false',
    assert !is(all.deployIstio) : 'deployIstio: there is no Istio here; leave it false',
    assert !is(all.s3Enable) : 's3Enable: there is no object store here; use modelStorageType nfs',
    assert all.modelStorageType != 'nfs' || given(all.nfsPVC) : 'modelStorageType nfs wants a claim: set nfsPVC',
    apiVersion: 'v1',
    kind: 'List',
    items: [$.deployment(all, namespace)] + if is(all.firstVersion) then [$.service(all, namespace)] else [],
  },

  deployment(all, namespace):: {
    local labels = all.labels { version: all.version },
    local nfs = all.modelStorageType == 'nfs',
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: all.name + '-' + all.version, namespace: namespace, labels: all.labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: labels },
        spec: {
          containers: [{
            name: all.name,
            image: all.modelServerImage,
            imagePullPolicy: 'IfNotPresent',
            // No `command`: the image must be one without an entry point.
            args: [
              '/usr/bin/tensorflow_model_server',
              '--port=9000',
              '--model_name=' + all.modelName,
              '--model_base_path=' + all.modelPath,
            ],
            ports: [{ containerPort: 9000 }],
            resources: {
              requests: { cpu: '1', memory: '1Gi' },
              limits: { cpu: '4', memory: '4Gi' } +
                      if $.count(all.numGpus) == 0 then {} else { 'nvidia.com/gpu': $.count(all.numGpus) },
            },
            // fsGroup is a pod's, never a container's: it is dropped on the way in, as it always was.
            securityContext: { runAsUser: 1000, fsGroup: 1000 },
            [if nfs then 'volumeMounts']: [{ name: 'nfs', mountPath: '/mnt' }],
          }],
          [if nfs then 'volumes']: [{ name: 'nfs', persistentVolumeClaim: { claimName: all.nfsPVC } }],
        },
      },
    },
  },

  service(all, namespace):: {
    local mapping(verb, rewrite) = std.join('\n', [
      '---',
      'apiVersion: ambassador/v0',
      'kind: Mapping',
      'name: tfserving-mapping-%s-%s' % [all.name, std.asciiLower(verb)],
      'prefix: /models/%s/' % all.modelName,
      'rewrite: ' + rewrite,
      'method: ' + verb,
      'service: %s.%s:8000' % [all.name, namespace],
    ]),
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: all.name,
      namespace: namespace,
      labels: all.labels,
      annotations: {
        'getambassador.io/config': std.join('\n', [
          mapping('GET', '/'),
          mapping('POST', '/model/%s:predict' % all.modelName),
        ]),
      },
    },
    spec: {
      type: all.serviceType,
      selector: all.labels,
      ports: [
        { name: 'grpc-tf-serving', port: 9000, targetPort: 9000 },
        // Nothing listens there unless the HTTP proxy is deployed.
        { name: 'http-tf-serving-proxy', port: 8000, targetPort: 8000 },
      ],
    },
  },
}
