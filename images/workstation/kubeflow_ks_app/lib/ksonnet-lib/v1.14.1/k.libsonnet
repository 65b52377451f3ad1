(import 'k8s.libsonnet')
