// @apiVersion 0.1
// @name io.ksonnet.pkg.pytorch-operator
// @description The operator for PyTorchJobs, with the resource definition and its rights.
// @shortDescription The operator for PyTorchJobs.
// @param name string Name of the component; the objects have names of their own.
// @optionalParam namespace string null Namespace of the operator; the environment's if null.
// @optionalParam disks string null Comma separated list of disks; not used by the operator.
// @optionalParam cloud string null The cloud to set up the operator for.
// @optionalParam pytorchJobImage string jgaguirr/pytorch-operator:latest Image of the operator.
// @optionalParam pytorchDefaultImage string null Image for jobs that name none.

local operator = import 'kubeflow/pytorch-job/pytorch-operator.libsonnet';
operator.list(params, env)
