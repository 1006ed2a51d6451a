namespace TextOps.Runner.Text;

/// <summary>The input cannot be used and trying again will not help: <c>InputRejected</c>. The message names the input, what is wrong and how to fix it.</summary>
internal sealed class InputException(string message, Exception? inner = null) : Exception(message, inner);
