// @apiVersion 0.1
// @name io.ksonnet.pkg.kubeflow-core
// @description The core of Kubeflow: Ambassador, the central dashboard, JupyterHub, and operator and dashboard of TFJobs.
// @shortDescription The core of Kubeflow.
// @param name string Name of the component; the objects have names of their own.
// @optionalParam namespace string null Namespace of the objects; the environment's if null.
// @optionalParam disks string null Disks to share among notebooks; only null is played here.
// @optionalParam cloud string null The cloud to set things up for; told to the hub, and nothing else here.
// @optionalParam AmbassadorServiceType string ClusterIP Type of Ambassador's service.
// @optionalParam AmbassadorImage string quay.io/datawire/ambassador:0.30.1 Image of Ambassador.
// @optionalParam StatsdImage string quay.io/datawire/statsd:0.30.1 Image of the repeater beside it.
// @optionalParam tfJobImage string gcr.io/kubeflow-images-public/tf_operator:v0.2.0 Image of the operator and its dashboard.
// @optionalParam tfDefaultImage string null Image for jobs that name none.
// @optionalParam tfJobUiServiceType string ClusterIP Type of the job dashboard's service.
// @optionalParam jupyterHubServiceType string ClusterIP Type of the hub's service.
// @optionalParam jupyterHubImage string gcr.io/kubeflow/jupyterhub-k8s:v20180531-3bb991b1 Image of the hub.
// @optionalParam jupyterHubAuthenticator string null Who may log in; only null is played here: everybody.
// @optionalParam jupyterNotebookPVCMount string /home/jovyan Where a notebook has its claim.
// @optionalParam jupyterNotebookRegistry string gcr.io Registry of the notebook images that are suggested.
// @optionalParam jupyterNotebookRepoName string kubeflow-images-public Their repository.
// @optionalParam reportUsage string false Whether to tell the project how Kubeflow is used.
// @optionalParam usageId string unknown_cluster Name of this cluster in those reports.
// @optionalParam tfJobVersion string v1alpha2 Version of TFJob; only v1alpha2 is played here.
// @optionalParam centralUiImage string gcr.io/kubeflow-images-public/centraldashboard:v0.2.1 Image of the central dashboard.

local all = import 'kubeflow/core/all.libsonnet';
all.list(params, env)
