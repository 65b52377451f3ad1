# What is built and under which names. `lab images build` adds the build secrets (apt, pip, CA) and the label that
# tells whether an image is still made from these inputs; see lab/builds/bake.py.

variable "NODE_IMAGE" { default = "airgap-lab/node:latest" }

# The folder of the built program, whose name ends in a digest of its sources. By default there is none in it.
variable "HELM" { default = "images/workstation/go/helm" }

group "default" {
  targets = [
    "seal", "dns", "nginx-autoindex", "nfs", "registry", "front", "workstation", "pytorch-operator", "pytorch-dist-mnist_test",
    "nfs-client-provisioner",
    "python", "python-build", "operator", "tensorflow",
    "tf_operator", "tf_sample",
    "ambassador", "statsd", "centraldashboard", "spartakus-amd64",
    "tensorflow_serving", "tensorflow_serving-localimage",
    "jupyterhub-k8s", "tensorflow-notebook",
  ]
}

# No stand-ins, these four: what other images are built on. A target that links to one is made anew when it changes.
target "python" {
  dockerfile = "images/python/Dockerfile"
  target     = "python"
  tags       = ["airgap-lab/python:latest"]
}

target "python-build" {
  dockerfile = "images/python/Dockerfile"
  target     = "build"
  tags       = ["airgap-lab/python-build:latest"]
}

target "operator" {
  dockerfile = "images/operator/Dockerfile"
  contexts   = { "airgap-lab/python" = "target:python" }
  tags       = ["airgap-lab/operator:latest"]
}

target "tensorflow" {
  dockerfile = "images/tensorflow/Dockerfile"
  contexts   = { "airgap-lab/python" = "target:python", "airgap-lab/python-build" = "target:python-build" }
  tags       = ["airgap-lab/tensorflow:latest"]
}

target "seal" {
  dockerfile = "images/seal/Dockerfile"
  tags       = ["airgap-lab/seal:latest", "airgap-lab/probe:latest"]
}

target "dns" {
  dockerfile = "images/dns/Dockerfile"
  tags       = ["airgap-lab/dns:latest"]
}

target "nginx-autoindex" {
  dockerfile = "images/nginx-autoindex/Dockerfile"
  tags       = ["jrelva/nginx-autoindex:latest"]
}

target "nfs" {
  dockerfile = "images/nfs/Dockerfile"
  tags       = ["airgap-lab/nfs:latest"]
}

target "registry" {
  dockerfile = "images/registry/Dockerfile"
  tags       = ["airgap-lab/registry:latest"]
}

target "front" {
  dockerfile = "images/front/Dockerfile"
  tags       = ["airgap-lab/front:latest"]
}

target "workstation" {
  dockerfile = "images/workstation/Dockerfile"
  contexts   = { "airgap-lab/helm" = HELM }
  args       = { NODE_IMAGE = NODE_IMAGE }
  tags       = ["airgap-lab/workstation:latest"]
}

target "pytorch-operator" {
  dockerfile = "images/pytorch-operator/Dockerfile"
  contexts   = { "airgap-lab/operator" = "target:operator" }
  tags       = ["jgaguirr/pytorch-operator:latest"]
}

target "pytorch-dist-mnist_test" {
  dockerfile = "images/pytorch-dist-mnist_test/Dockerfile"
  tags       = ["gcr.io/kubeflow-ci/pytorch-dist-mnist_test:1.0"]
}

target "nfs-client-provisioner" {
  dockerfile = "images/nfs-client-provisioner/Dockerfile"
  contexts   = { "airgap-lab/python" = "target:python" }
  tags       = ["quay.io/external_storage/nfs-client-provisioner:v3.1.0-k8s1.11"]
}

target "tensorflow_serving" {
  dockerfile = "images/tensorflow_serving/Dockerfile"
  target     = "latest"
  contexts   = { "airgap-lab/tensorflow" = "target:tensorflow", "airgap-lab/python-build" = "target:python-build" }
  tags       = ["katacoda/tensorflow_serving:latest"]
}

target "tensorflow_serving-localimage" {
  dockerfile = "images/tensorflow_serving/Dockerfile"
  target     = "localimage"
  contexts   = { "airgap-lab/tensorflow" = "target:tensorflow", "airgap-lab/python-build" = "target:python-build" }
  tags       = ["katacoda/tensorflow_serving:localimage"]
}

target "tf_operator" {
  dockerfile = "images/tf_operator/Dockerfile"
  contexts   = { "airgap-lab/operator" = "target:operator" }
  tags       = ["gcr.io/kubeflow-images-public/tf_operator:v0.2.0"]
}

target "tf_sample" {
  dockerfile = "images/tf_sample/Dockerfile"
  contexts   = { "airgap-lab/tensorflow" = "target:tensorflow" }
  tags       = ["gcr.io/tf-on-k8s-dogfood/tf_sample:dc944ff"]
}

target "jupyterhub-k8s" {
  dockerfile = "images/jupyterhub-k8s/Dockerfile"
  contexts   = { "airgap-lab/python" = "target:python", "airgap-lab/python-build" = "target:python-build" }
  tags       = ["gcr.io/kubeflow/jupyterhub-k8s:v20180531-3bb991b1"]
}

target "ambassador" {
  dockerfile = "images/ambassador/Dockerfile"
  contexts   = { "airgap-lab/operator" = "target:operator" }
  tags       = ["quay.io/datawire/ambassador:0.30.1"]
}

target "statsd" {
  dockerfile = "images/statsd/Dockerfile"
  contexts   = { "airgap-lab/python" = "target:python" }
  tags       = ["quay.io/datawire/statsd:0.30.1"]
}

target "centraldashboard" {
  dockerfile = "images/centraldashboard/Dockerfile"
  contexts   = { "airgap-lab/python" = "target:python" }
  tags       = ["gcr.io/kubeflow-images-public/centraldashboard:v0.2.1"]
}

target "spartakus-amd64" {
  dockerfile = "images/spartakus-amd64/Dockerfile"
  contexts   = { "airgap-lab/python" = "target:python" }
  tags       = ["gcr.io/google_containers/spartakus-amd64:v1.0.0"]
}

target "tensorflow-notebook" {
  dockerfile = "images/tensorflow-notebook/Dockerfile"
  contexts   = { "airgap-lab/tensorflow" = "target:tensorflow", "airgap-lab/python-build" = "target:python-build" }
  tags       = ["gcr.io/kubeflow-images-public/tensorflow-1.8.0-notebook-cpu:v0.2.1"]
}
