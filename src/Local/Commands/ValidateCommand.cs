using System.CommandLine;

namespace TextOps.Local.Commands;

/// <summary><c>textops validate -f FILE|DIR</c>: says all that is wrong with manifests, without running anything.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var files = CommonOptions.Files();
        var @namespace = CommonOptions.Namespace();
        var command = new Command("validate", "Checks manifests as strictly as an API server with strict field validation: unknown fields, types, ranges, rules. Exit code 0 or 2.")
        {
            files, @namespace,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var paths = parsed.GetRequiredValue(files);
            var (objects, errors) = ManifestFiles.Check(paths, parsed.GetRequiredValue(@namespace));
            foreach (var error in errors)
            {
                await Console.Error.WriteLineAsync(error.ToString().AsMemory(), cancellationToken);
            }

            if (errors.Count > 0)
            {
                await Console.Error.WriteLineAsync($"textops: {errors.Count} {(errors.Count == 1 ? "error" : "errors")}");
                return 2;
            }

            foreach (var found in objects)
            {
                await Console.Out.WriteLineAsync($"{found.Title} is valid");
            }

            if (objects.Count == 0)
            {
                throw new UsageException($"no object in {string.Join(", ", paths)}");
            }

            return 0;
        });
        return command;
    }
}
