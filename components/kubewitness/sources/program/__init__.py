"""Resources of a Pulumi program, by an offline preview: no cloud, no account, no Pulumi CLI.

The program runs in a process of its own, with the interpreter that its `Pulumi.yaml` names, and
talks to a resource monitor that we serve on loopback, over the protocol that the Pulumi engine
speaks. The monitor runs transforms and remediations as the engine does and creates nothing.
"""
