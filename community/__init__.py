"""Who and where: communities, their members and roles."""
