"""Drill holes: read, validated, desurveyed, coded by domain, composited."""
