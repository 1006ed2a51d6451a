using System.CommandLine;
using System.CommandLine.Parsing;
using TextOps.Artifacts.Stores;

namespace TextOps.Local.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<string[]> Files() => new("--filename", "-f")
    {
        Required = true,
        AllowMultipleArgumentsPerToken = false,
        HelpName = "FILE|DIR",
        Description = "A manifest, or a folder of manifests (*.yaml, *.yml, *.json, not recursive); may be given more than once.",
    };

    public static Option<string> Store() => new("--store")
    {
        HelpName = "DIR",
        Description = "Folder that keeps objects and outputs that name no store of their own.",
        DefaultValueFactory = _ => LocalStore.DefaultFolder,
        CustomParser = FolderOf,
    };

    public static Option<string> StoreOrUri() => new("--store")
    {
        HelpName = "DIR|URI",
        Description = "The store: its folder, or its URI.",
        DefaultValueFactory = _ => LocalStore.DefaultFolder,
    };

    public static Option<string> ModelNamespace() => new("--namespace", "-n")
    {
        HelpName = "NAME",
        Description = "Where there is no such NAME, NAMESPACE.NAME is meant: what the object NAME of that namespace makes.",
        DefaultValueFactory = _ => "default",
    };

    public static Option<string> Namespace() => new("--namespace", "-n")
    {
        HelpName = "NAME",
        Description = "Namespace of objects that name none.",
        DefaultValueFactory = _ => "default",
    };

    public static Option<string> LogLevel()
    {
        var option = new Option<string>("--log-level")
        {
            HelpName = "LEVEL",
            Description = "What the operator logs to standard error, as JSON: debug, information, warning, error.",
            DefaultValueFactory = _ => "error",
        };
        option.AcceptOnlyFromAmong("debug", "information", "warning", "error");
        return option;
    }

    /// <summary>A folder given as one, or as file URI.</summary>
    private static string? FolderOf(ArgumentResult result)
    {
        var value = result.Tokens[^1].Value;
        try
        {
            var folder = value.Contains("://", StringComparison.Ordinal) ? FileUri.ToPath(value) : value;
            if (!File.Exists(folder))
            {
                return folder;
            }

            result.AddError($"--store {folder} is a file; name a folder, or move the file away");
        }
        catch (StoreRefusedException error)
        {
            result.AddError(FileUri.Is(value) ? error.Message : $"--store {value}: local mode keeps its objects in a folder of this machine; name one, and other stores in the objects' own fields");
        }

        return null;
    }
}
