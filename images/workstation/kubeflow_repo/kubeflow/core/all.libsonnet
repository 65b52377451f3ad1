// Everything of Kubeflow's core. Names, labels, ports, images and arguments are those of Kubeflow 0.2; API versions
// are of today.
local ambassador = import 'kubeflow/core/ambassador.libsonnet';
local centraldashboard = import 'kubeflow/core/centraldashboard.libsonnet';
local jupyterhub = import 'kubeflow/core/jupyterhub.libsonnet';
local o = import 'kubeflow/core/objects.libsonnet';
local spartakus = import 'kubeflow/core/spartakus.libsonnet';
local tfjob = import 'kubeflow/core/tf-job-operator.libsonnet';

{
  list(params, env):: {
    local namespace = if params.namespace == 'null' then env.namespace else params.namespace,
    assert params.disks == 'null' : 'disks: sharing disks among notebooks is not played by this stand-in',
    apiVersion: 'v1',
    kind: 'List',
    items: std.flattenArrays([
      ambassador.items(params, namespace),
      centraldashboard.items(params, namespace),
      jupyterhub.items(params, namespace),
      tfjob.items(params, namespace),
      spartakus.items(params, namespace),
      [o.config('kubeflow-version', namespace, { 'kubeflow-version': '0.2.devel' })],
    ]),
  },
}
