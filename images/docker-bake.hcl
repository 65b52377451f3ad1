# What is built and under which names. `lab images build` adds the build secrets (apt, pip, CA) and the label that
# tells whether an image is still made from these inputs; see lab/builds/bake.py.

variable "NODE_IMAGE" { default = "airgap-lab/node:latest" }

group "default" {
  targets = [
    "seal", "dns", "nginx-autoindex", "nfs", "registry", "workstation", "pytorch-operator", "pytorch-dist-mnist_test",
  ]
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

target "workstation" {
  dockerfile = "images/workstation/Dockerfile"
  args       = { NODE_IMAGE = NODE_IMAGE }
  tags       = ["airgap-lab/workstation:latest"]
}

target "pytorch-operator" {
  dockerfile = "images/pytorch-operator/Dockerfile"
  tags       = ["jgaguirr/pytorch-operator:latest"]
}

target "pytorch-dist-mnist_test" {
  dockerfile = "images/pytorch-dist-mnist_test/Dockerfile"
  tags       = ["gcr.io/kubeflow-ci/pytorch-dist-mnist_test:1.0"]
}
