# Twenty filters in one pass, as people write them who search audit logs with jq.
def path(f): (f // "");
def ok: (.responseStatus.code // 0) < 400;
def done: .stage == "ResponseComplete";
def is(resource; sub): .objectRef.resource == resource and path(.objectRef.subresource) == sub;
def write: .verb == "create" or .verb == "update" or .verb == "patch";
def human: path(.user.username) | startswith("system:") | not;
def exec: is("pods"; "exec") and ok;
def spec: .requestObject | if type == "object" then (.spec.template.spec // .spec.jobTemplate.spec.template.spec // .spec) else null end;
def containers: spec | if type == "object" then ((.containers // []) + (.initContainers // []) + (.ephemeralContainers // [])) else [] end;
def rules: .requestObject | if type == "object" then (.rules // []) else [] end;
def hit(name; condition): if condition then name else empty end;
{auditID, found: [
  hit("pod-exec"; exec),
  hit("reverse-shell-in-pod"; exec and (.requestURI | test("dev%2Ftcp|dev/tcp|nc\\+-e|mkfifo"))),
  hit("credentials-read-in-pod"; exec and (.requestURI | test("serviceaccount(%2F|/)token|shadow"))),
  hit("download-in-pod"; exec and (.requestURI | test("curl|wget"))),
  hit("port-forward"; is("pods"; "portforward") and ok),
  hit("ephemeral-container-added"; is("pods"; "ephemeralcontainers") and write and done and ok),
  hit("command-through-kubelet"; is("nodes"; "proxy") and ok and (.requestURI | test("/proxy/+(run|exec)/"))),
  hit("secrets-listed"; is("secrets"; "") and .verb == "list" and human and ok and path(.objectRef.namespace) == ""),
  hit("secrets-read"; is("secrets"; "") and .verb == "get" and (.userAgent | test("^(curl|python-requests)"))),
  hit("kube-system-token-minted"; is("serviceaccounts"; "token") and .objectRef.namespace == "kube-system" and human and ok),
  hit("anonymous-read"; .user.username == "system:anonymous" and ok and .objectRef != null),
  hit("requests-denied"; .responseStatus.code == 403 or .responseStatus.code == 401),
  hit("admission-webhook-deleted"; is("validatingwebhookconfigurations"; "") and .verb == "delete" and ok),
  hit("events-deleted"; is("events"; "") and .verb == "delete" and ok),
  hit("privileged-identity-impersonated"; .impersonatedUser.groups // [] | index("system:masters")),
  hit("binding-to-cluster-admin"; is("clusterrolebindings"; "") and write and done and ok and path(.requestObject.roleRef.name?) == "cluster-admin"),
  hit("wildcard-role"; is("clusterroles"; "") and write and done and ok and any(rules[]; (.verbs // []) | index("*"))),
  hit("client-certificate-requested"; is("certificatesigningrequests"; "") and .verb == "create" and path(.requestObject.spec.signerName?) == "kubernetes.io/kube-apiserver-client"),
  hit("privileged-container"; write and done and ok and any(containers[]; .securityContext.privileged == true)),
  hit("host-pid-pod"; write and done and ok and (spec | type == "object" and .hostPID == true))
]} | select(.found != [])
