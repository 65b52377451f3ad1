{{/* The release's name with the chart's behind it, unless it is in it already. */}}
{{- define "provisioner.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "provisioner.name" -}}
{{- default (printf "cluster.local/%s" (include "provisioner.fullname" .)) .Values.storageClass.provisionerName -}}
{{- end -}}

{{- define "provisioner.account" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "provisioner.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "provisioner.labels" -}}
app: {{ .Chart.Name }}
chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
heritage: {{ .Release.Service }}
release: {{ .Release.Name }}
{{- end -}}
