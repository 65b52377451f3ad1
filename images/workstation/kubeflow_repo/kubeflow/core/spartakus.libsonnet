// Reports of usage: nothing of it unless they were asked for.
local o = import 'kubeflow/core/objects.libsonnet';
local account = 'spartakus';
local name = 'spartakus-volunteer';

{
  // `ks param set` makes a boolean of true; the prototype's default is a string.
  items(params, namespace):: if std.toString(params.reportUsage) != 'true' then [] else [
    o.account(account, namespace),
  ] + o.rights(account, account, namespace, [o.may(['get', 'list'], ['nodes'])]) + [
    o.workload('Deployment', name, namespace, { app: name }, {
      serviceAccountName: account,
      containers: [{
        name: 'volunteer',
        image: 'gcr.io/google_containers/spartakus-amd64:v1.0.0',
        args: [
          'volunteer',
          '--cluster-id=%s' % params.usageId,
          '--database=https://stats-collector.kubeflow.org',
        ],
      }],
    }),
  ],
}
