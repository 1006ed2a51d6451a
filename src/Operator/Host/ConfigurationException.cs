namespace TextOps.Operator.Host;

/// <summary>The operator was told something that it cannot do; the message says how to fix it. Ends the program with exit code 2.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
