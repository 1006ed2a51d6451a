using TextOps.Local.Commands.Kinds;
using TextOps.Local.Display;

namespace TextOps.Local.Commands.Running;

/// <summary>Says how objects stand once nothing goes on any more: their tables, where their outputs lie or where they are asked, and what is wrong.</summary>
/// <param name="store">Folder of the store.</param>
internal sealed class RunReport(string store, TextWriter output, TextWriter error, TimeProvider time)
{
    /// <summary>Writes it; answers 0, or 1 where a person is needed or something is waited for in vain.</summary>
    public async Task<int> WriteAsync(IReadOnlyList<ObjectView> views)
    {
        foreach (var kind in views.GroupBy(view => LocalKind.Of(view.Entity)))
        {
            var table = new ResourceTable(kind.Key.Definition, time);
            await output.WriteLineAsync();
            await output.WriteAsync(table.Render(kind.Select(view => ObjectJson.Of(view.Entity)), wide: false, withNamespace: views.Any(view => view.Entity.Metadata.Namespace != "default")));
        }

        foreach (var view in views)
        {
            if ((view.IsReady || view.IsServing) && view.Outcome(store) is { Count: > 0 } lines)
            {
                await output.WriteLineAsync($"\n{string.Join('\n', lines.Select(line => Printable.OneLine(line, 8192)))}");
            }

            if (view.IsStalled)
            {
                await error.WriteLineAsync($"\ntextops: {view.Name}: {view.Stalled!.Reason}: {Printable.OneLine(view.Stalled.Message, 4096)}");
            }
            else if (view.IsWaiting)
            {
                await error.WriteLineAsync($"\ntextops: {view.Name}: {view.Reason}: {Printable.OneLine(view.Message, 4096)}");
            }
        }

        return views.Any(view => view.IsStalled || view.IsWaiting) ? 1 : 0;
    }
}
