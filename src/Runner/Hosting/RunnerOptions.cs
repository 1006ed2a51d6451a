using System.Net;

namespace TextOps.Runner.Hosting;

/// <summary>What the command line says.</summary>
/// <param name="Kind">Kind of task document that the verb takes, for example <c>PlanTask</c>.</param>
/// <param name="Task">Path of the task document.</param>
/// <param name="Result">Path of the termination message; standard output where absent.</param>
/// <param name="Listen">Where progress is served.</param>
/// <param name="Threads">How many threads compute.</param>
/// <param name="Scratch">Folder for temporary files; the system's where absent.</param>
internal sealed record RunnerOptions(string Kind, string Task, string? Result, IPEndPoint Listen, int Threads, string? Scratch);
