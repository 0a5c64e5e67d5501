"""The mine at work: fleet simulation and dispatch, telemetry, alarms, reconciliation.

Nothing is here yet. Trucks and shovels as a discrete-event simulation, the telemetry
store and its gateway, alarms, and the reconciliation of plan with what sensors report
will live in this package; they take a schedule and give back rows of the metal ledger.
"""

__all__: list[str] = []
