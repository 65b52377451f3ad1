#!/usr/bin/env bash
# Deploys Kubeflow by ksonnet, as the project's script does, changed for a site without a way out: `ks init` is told
# to ask neither api.github.com for its default registry nor raw.githubusercontent.com for the API's description.
set -xe

KUBEFLOW_REPO=${KUBEFLOW_REPO:-"$(pwd)/kubeflow_repo"}
KUBEFLOW_VERSION=${KUBEFLOW_VERSION:-"v0.2-branch"}
KUBEFLOW_DEPLOY=${KUBEFLOW_DEPLOY:-true}
DEPLOYMENT_NAME=${DEPLOYMENT_NAME:-"kubeflow"}
KUBEFLOW_KS_DIR=${KUBEFLOW_KS_DIR:-"$(pwd)/${DEPLOYMENT_NAME}_ks_app"}
SWAGGER=${SWAGGER:-"$(pwd)/swagger.json"}

if [[ ! -d "${KUBEFLOW_REPO}" ]]; then
  TMPDIR=$(mktemp -d)
  curl -L -o "${TMPDIR}/kubeflow.tar.gz" \
    "https://github.com/kubeflow/kubeflow/archive/${KUBEFLOW_VERSION}.tar.gz"
  mkdir -p "${KUBEFLOW_REPO}"
  tar -xzf "${TMPDIR}/kubeflow.tar.gz" -C "${KUBEFLOW_REPO}" --strip-components=1
fi

source "${KUBEFLOW_REPO}/scripts/util.sh"
check_install ks
check_install kubectl

cd "$(dirname "${KUBEFLOW_KS_DIR}")"
ks init "$(basename "${KUBEFLOW_KS_DIR}")" --skip-default-registries --api-spec="file:${SWAGGER}"
cd "${KUBEFLOW_KS_DIR}"

ks registry add kubeflow "${KUBEFLOW_REPO}/kubeflow"
for package in argo core examples katib mpi-job pytorch-job seldon tf-serving; do
  ks pkg install "kubeflow/${package}"
done

ks generate kubeflow-core kubeflow-core
ks param set kubeflow-core reportUsage true
USAGE_ID=$(uuidgen)
ks param set kubeflow-core usageId "${USAGE_ID}"

if ${KUBEFLOW_DEPLOY}; then
  ks apply default
fi
