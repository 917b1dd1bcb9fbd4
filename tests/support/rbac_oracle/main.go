// Reports which rules others do not cover, as Kubernetes decides it before it lets somebody grant them.
//
// Each line of standard input has the rules of an owner and of a servant; each line of standard output
// has the rules of the servant that the owner's do not cover.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/component-helpers/auth/rbac/validation"
)

type question struct {
	Owner   []rbacv1.PolicyRule `json:"owner"`
	Servant []rbacv1.PolicyRule `json:"servant"`
}

func main() {
	lines := json.NewDecoder(bufio.NewReader(os.Stdin))
	answers := bufio.NewWriter(os.Stdout)
	defer answers.Flush()
	for lines.More() {
		var asked question
		if err := lines.Decode(&asked); err != nil {
			log.Fatal(err)
		}
		_, uncovered := validation.Covers(asked.Owner, asked.Servant)
		if err := json.NewEncoder(answers).Encode(uncovered); err != nil {
			log.Fatal(err)
		}
	}
}
