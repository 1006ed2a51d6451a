using System.CommandLine;
using System.Text.RegularExpressions;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.Schema;
using TextOps.Local.Commands.Models;
using TextOps.Local.Display;
using TextOps.Local.Promotion;

namespace TextOps.Local.Commands;

/// <summary><c>textops promote MODEL --version N --file FILE</c>: writes an approval into the file that Git keeps; the merge of that change is the promotion.</summary>
internal sealed partial class PromoteCommand(string model, string version, string? digest, string file, string stage, string? store, string? @namespace, bool dryRun)
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Name of the ModelDeployment, or of its model." };
        var version = new Option<string>("--version") { HelpName = "VERSION", Required = true, Description = "What is approved: a version (3, v3 or v000003) or an alias of the registry." };
        var digest = new Option<string?>("--digest") { HelpName = "SHA256", Description = "Digest of the version's card (sha256:…); looked up in the registry where left out." };
        digest.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && !DigestPattern().IsMatch(text))
            {
                result.AddError($"--digest {Printable.OneLine(text, 100)} is not a digest; give sha256: and 64 lower-case hex digits, as textops models show prints them");
            }
        });
        var file = new Option<string>("--file", "-f") { HelpName = "FILE", Required = true, Description = "The file with the ModelDeployment, or with a strategic-merge patch of it." };
        var stage = new Option<string>("--stage") { HelpName = "NAME", Description = "The stage whose approval is written.", DefaultValueFactory = _ => "production" };
        var store = new Option<string?>("--store") { HelpName = "DIR|URI", Description = $"The registry; the object's spec.model.registry where left out, and {LocalStore.DefaultFolder} where that is absent." };
        var @namespace = new Option<string?>("--namespace", "-n") { HelpName = "NAME", Description = "Namespace of the ModelDeployment, where the file holds several." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the change and write nothing." };
        var command = new Command("promote", "Approves a version for a stage: writes version and digest into a file, in place, with comments and order kept. Commit and merge the change to promote. "
            + "Exit code 0, or 2 where the file or the version will not do.")
        {
            model, version, digest, file, stage, store, @namespace, dryRun,
        };
        command.SetAction((parsed, cancellationToken) => new PromoteCommand(
            parsed.GetRequiredValue(model), parsed.GetRequiredValue(version), parsed.GetValue(digest), parsed.GetRequiredValue(file), parsed.GetRequiredValue(stage),
            parsed.GetValue(store), parsed.GetValue(@namespace), parsed.GetValue(dryRun)).ExecuteAsync(cancellationToken));
        return command;
    }

    private async Task<int> ExecuteAsync(CancellationToken cancellationToken)
    {
        try
        {
            var edited = EditedFile.Read(file);
            var approvals = ApprovalFile.Find(edited.Text, file, model, @namespace, stage);
            var (number, hash) = await TargetAsync(approvals, cancellationToken);
            var name = VersionNumber.Name(number);
            if (approvals.Holds(number, hash))
            {
                await Console.Out.WriteLineAsync($"nothing to do: {file} approves {name} ({hash}) for {stage} already");
                return 0;
            }

            var changed = approvals.With(number, hash);
            await Console.Out.WriteAsync(UnifiedDiff.Of(edited.Text, changed, file));
            if (dryRun)
            {
                await Console.Out.WriteLineAsync($"\n{file} is as it was (--dry-run)");
                return 0;
            }

            edited.Replace(changed);
            await Console.Out.WriteLineAsync($"\n{file} approves {name} for {stage}. To propose it:\n  git commit -m {Quoted($"Promote {approvals.Name} {name} to {stage}")} -- {Quoted(file)}");
            return 0;
        }
        catch (PromotionException exception)
        {
            throw new UsageException($"{Printable.OneLine(file, 4096)}{(exception.Line > 0 ? $":{exception.Line}" : "")}: {exception.Message}");
        }
    }

    private async Task<(int Version, string Digest)> TargetAsync(ApprovalFile approvals, CancellationToken cancellationToken)
    {
        if (digest is not null && VersionNumber.ParseLoose(version) is { } number)
        {
            return (number, digest);
        }

        // A patch does not say the model's name; then it is the one that was typed.
        var registry = new ModelRegistry(StoreLocation.Of(store ?? approvals.Registry ?? LocalStore.DefaultFolder).Open());
        var named = approvals.Model ?? await ModelReference.FullNameAsync(registry, model, @namespace ?? "default", cancellationToken);
        RegisteredModel found;
        try
        {
            found = await registry.ResolveAsync(named, version, cancellationToken);
        }
        catch (StoreRefusedException exception) when (approvals.Model is null)
        {
            throw new UsageException($"{exception.Message}; or give the version's number and --digest, since the patch does not name the model");
        }

        return digest is null || digest == found.Digest
            ? (found.Card.Version, found.Digest)
            : throw new UsageException($"--digest {digest} is not the digest of {named} {VersionNumber.Name(found.Card.Version)}, which '{Printable.OneLine(version, 63)}' names now: {found.Digest}; look at it again");
    }

    // As a shell takes it.
    private static string Quoted(string text) =>
        text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_') ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    [GeneratedRegex(Patterns.Digest, RegexOptions.NonBacktracking)]
    private static partial Regex DigestPattern();
}
