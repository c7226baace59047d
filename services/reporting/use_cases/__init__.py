"""What reporting does: record facts, regroup campaigns, keep replicas, answer figures."""
