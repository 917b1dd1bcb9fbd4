"""Resources of a Pulumi program, by an offline preview: no cloud, no account, no Pulumi CLI.

The program runs in its own process, with the interpreter that its `Pulumi.yaml` names. It connects
to a resource monitor that we serve on loopback, with the protocol of the Pulumi engine. The monitor
runs transforms and remediations as the engine does and creates nothing.
"""
