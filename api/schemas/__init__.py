"""The shapes of requests and answers, one module a topic. They mirror the frozen values of ``graph.answers.values``."""
