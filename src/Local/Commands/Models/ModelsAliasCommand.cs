using System.CommandLine;
using TextOps.Artifacts.Registry;
using TextOps.Crds;
using TextOps.Local.Display;

namespace TextOps.Local.Commands.Models;

/// <summary><c>textops models alias NAME ALIAS VERSION</c>: moves or removes an alias.</summary>
internal static class ModelsAliasCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The model." };
        var alias = new Argument<string>("ALIAS") { Description = "The alias, for example champion." };
        var version = new Argument<string?>("VERSION") { Arity = ArgumentArity.ZeroOrOne, Description = "What it shall name: a version (3, v3 or v000003) or another alias. Left out with --delete." };
        var expect = new Option<string?>("--expect") { HelpName = "VERSION|none", Description = "Only where the alias names this version now, or nothing: compare-and-swap." };
        var delete = new Option<bool>("--delete") { Description = "Remove the alias." };
        var store = CommonOptions.StoreOrUri();
        var @namespace = CommonOptions.ModelNamespace();
        var command = new Command("alias", "Lets an alias name a version, or removes it. Exit code 0, or 1 where it names another version than --expect.")
        {
            name, alias, version, expect, delete, store, @namespace,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (wanted, remove) = (parsed.GetValue(version), parsed.GetValue(delete));
            if (remove == wanted is not null)
            {
                throw new UsageException(remove ? "--delete takes no VERSION; leave one of them out" : "VERSION is missing; say what the alias shall name, or give --delete");
            }

            var registry = new ModelRegistry(StoreLocation.Of(parsed.GetRequiredValue(store)).Open());
            var model = await ModelReference.FullNameAsync(registry, parsed.GetRequiredValue(name), parsed.GetRequiredValue(@namespace), cancellationToken);
            var request = new Request(registry, model, parsed.GetRequiredValue(alias), Expectation(parsed.GetValue(expect)));
            return await (wanted is null ? request.RemoveAsync(cancellationToken) : request.SetAsync(wanted, cancellationToken));
        });
        return command;
    }

    /// <summary>Refuses an alias that would be taken for a version.</summary>
    /// <exception cref="UsageException">It reads as one.</exception>
    public static void CheckName(string model, string alias)
    {
        if (VersionNumber.ParseLoose(alias) is not null)
        {
            throw new UsageException($"alias {Printable.OneLine(alias, 63)} reads as a version, so {model}@{Printable.OneLine(alias, 63)} would not find it; give it another name");
        }
    }

    /// <summary>Lets an alias name a version and says so; false where it names something else than expected.</summary>
    public static async Task<bool> TrySetAsync(ModelRegistry registry, RegisteredModel target, string alias, AliasExpectation expected, CancellationToken cancellationToken)
    {
        var (model, version) = (target.Card.Name, target.Card.Version);
        var before = await registry.Aliases.ReadAsync(model, alias, cancellationToken);
        if (!await registry.Aliases.TrySetAsync(target, alias, expected, TimeProvider.System.GetUtcNow(), cancellationToken))
        {
            return false;
        }

        await Console.Out.WriteLineAsync($"{model}@{alias} names {VersionNumber.Name(version)}{(before is null ? "" : before.Version == version ? ", as before" : $", before {VersionNumber.Name(before.Version)}")}");
        return true;
    }

    private static AliasExpectation Expectation(string? text) => text switch
    {
        null => AliasExpectation.Any,
        "none" => AliasExpectation.None,
        _ => VersionNumber.ParseLoose(text) is { } version
            ? AliasExpectation.Of(version)
            : throw new UsageException($"--expect {Printable.OneLine(text, 100)} is not a version; give one, as 3 or v000003, or none"),
    };

    private sealed record Request(ModelRegistry Registry, string Model, string Alias, AliasExpectation Expected)
    {
        public async Task<int> SetAsync(string version, CancellationToken cancellationToken)
        {
            CheckName(Model, Alias);
            var target = await Registry.ResolveAsync(Model, version, cancellationToken);
            return await TrySetAsync(Registry, target, Alias, Expected, cancellationToken) ? 0 : await UnmetAsync(cancellationToken);
        }

        public async Task<int> RemoveAsync(CancellationToken cancellationToken)
        {
            if (!await Registry.Aliases.TryRemoveAsync(Model, Alias, Expected, cancellationToken))
            {
                return await UnmetAsync(cancellationToken);
            }

            await Console.Out.WriteLineAsync($"{Model}@{Alias} is removed");
            return 0;
        }

        private async Task<int> UnmetAsync(CancellationToken cancellationToken)
        {
            var current = await Registry.Aliases.ReadAsync(Model, Alias, cancellationToken);
            await Console.Error.WriteLineAsync(
                $"textops: {Model}@{Alias} names {(current is null ? "nothing" : VersionNumber.Name(current.Version))}, and --expect is "
                + $"{(Expected.Version is { } expected ? VersionNumber.Name(expected) : "none")}; nothing was changed: look at it, and ask again with --expect {current?.Version.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}");
            return 1;
        }
    }
}
