// @apiVersion 0.1
// @name io.ksonnet.pkg.tf-serving
// @description A TensorFlow model server. Where the model is, which image serves it and the rest is said with `ks param set`.
// @shortDescription A TensorFlow model server.
// @param name string Name of the model's objects, whatever the component is called.

local serving = import 'kubeflow/tf-serving/tf-serving.libsonnet';
serving.list(params, env)
