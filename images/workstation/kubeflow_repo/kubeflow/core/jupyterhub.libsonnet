// The hub that starts notebooks. Its settings are a file of Python, here beside this one.
local o = import 'kubeflow/core/objects.libsonnet';
local name = 'tf-hub';
local account = 'jupyter-hub';
local labels = { app: name };

{
  items(params, namespace):: [
    assert params.jupyterHubAuthenticator == 'null' : 'jupyterHubAuthenticator: only null is played by this stand-in';
    o.config('jupyterhub-config', namespace, {
      'jupyterhub_config.py': importstr 'kubeflow/core/jupyterhub_config.py',
    }),
    // Without an address of its own, and named as the pod: the notebooks call the hub back by its host name.
    o.service('tf-hub-0', namespace, labels, 8000, 8000) { spec+: { clusterIP: 'None' } },
    o.service('tf-hub-lb', namespace, labels, 80, 8000, params.jupyterHubServiceType, [
      local extra = { use_websocket: true, timeout_ms: 300000 };
      o.mapping('tf-hub-lb-%s-mapping' % what, '/%s/' % what, 'tf-hub-lb.' + namespace, extra=extra)
      for what in ['hub', 'user']
    ]) { spec+: { ports: [port { name: 'hub' } for port in super.ports] } },
    o.account(account, namespace),
  ] + o.rights('jupyter-role', account, namespace, [
    o.may(['get', 'watch', 'list', 'create', 'delete'], ['pods', 'persistentvolumeclaims']),
    o.may(['get', 'watch', 'list'], ['events']),
  ], cluster=false) + [
    o.workload('StatefulSet', name, namespace, labels, {
      serviceAccountName: account,
      containers: [{
        name: name,
        image: params.jupyterHubImage,
        command: ['jupyterhub', '-f', '/etc/config/jupyterhub_config.py'],
        env: [
          { name: 'NOTEBOOK_PVC_MOUNT', value: params.jupyterNotebookPVCMount },
          { name: 'CLOUD_NAME', value: params.cloud },
          { name: 'REGISTRY', value: params.jupyterNotebookRegistry },
          { name: 'REPO_NAME', value: params.jupyterNotebookRepoName },
        ],
        ports: [{ containerPort: 8000 }, { containerPort: 8081 }],
        volumeMounts: [{ name: 'config-volume', mountPath: '/etc/config' }],
      }],
      volumes: [{ name: 'config-volume', configMap: { name: 'jupyterhub-config' } }],
    }) { spec+: { serviceName: '', updateStrategy: { type: 'RollingUpdate' } } },
  ],
}
