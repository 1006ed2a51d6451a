using System.Runtime.InteropServices;

namespace TextOps.Runner.Text;

/// <summary>Where a chunk stands in its text.</summary>
/// <param name="Start">UTF-16 index of its first character.</param>
/// <param name="End">UTF-16 index after its last.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ChunkSpan(int Start, int End);
