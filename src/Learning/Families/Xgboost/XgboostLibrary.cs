using System.Runtime.InteropServices;

namespace TextOps.Learning.Families.Xgboost;

/// <summary>
/// xgboost's C API (xgboost/c_api.h), as far as it is used here. The library is looked for where <c>TEXTOPS_XGBOOST</c> says (a file), beside the program, in its
/// folder <c>native</c>, and where the system keeps libraries.
/// </summary>
internal static partial class XgboostLibrary
{
    internal const string PathVariable = "TEXTOPS_XGBOOST";

    private const string Library = "xgboost";
    private const string LibraryFile = "libxgboost.so.0";

    /// <summary>What the library itself needs, from beside it where they are there.</summary>
    private static readonly string[] Companions = ["libgomp.so.1", "libdmlc.so.0"];

    private static readonly Lazy<string?> Problem = new(Start);

    /// <summary>Why the library cannot be used here; null where it can.</summary>
    public static string? Missing => Problem.Value;

    /// <summary>Loads the library.</summary>
    /// <exception cref="TrainingException">It is not there.</exception>
    public static void Require()
    {
        if (Missing is { } problem)
        {
            throw new TrainingException(problem);
        }
    }

    /// <summary>Turns a failed call into an exception with xgboost's own words.</summary>
    /// <exception cref="TrainingException">The call failed.</exception>
    public static void Check(int result)
    {
        if (result != 0)
        {
            throw new TrainingException($"xgboost: {Words(Marshal.PtrToStringUTF8(GetLastError()) ?? "failed without a message")}");
        }
    }

    /// <summary>What a message says: its first line (the rest is a native stack) without time and place (<c>[12:00:00] file.cc:1: </c>).</summary>
    internal static string Words(string message)
    {
        var line = message.Split('\n')[0];
        var place = line.StartsWith('[') ? line.IndexOf(": ", StringComparison.Ordinal) : -1;
        return place < 0 ? line : line[(place + 2)..];
    }

    /// <summary>Finds the file by the rules above; null where only the system may have it.</summary>
    /// <param name="variable">Value of <c>TEXTOPS_XGBOOST</c>.</param>
    /// <param name="program">The program's folder.</param>
    internal static string? Find(string? variable, string program)
    {
        if (!string.IsNullOrEmpty(variable))
        {
            return variable;
        }

        string[] places = [Path.Combine(program, LibraryFile), Path.Combine(program, "native", LibraryFile)];
        return Array.Find(places, File.Exists);
    }

    /// <summary>Loads a file, or the system's library where it is null; answers what is wrong where it cannot be loaded.</summary>
    internal static (nint Handle, string? Problem) Load(string? file)
    {
        try
        {
            foreach (var companion in file is null ? [] : Companions)
            {
                // Once loaded, a library is found by its name by those that need it.
                var path = Path.Combine(Path.GetDirectoryName(file) ?? "", companion);
                _ = File.Exists(path) && NativeLibrary.TryLoad(path, out _);
            }

            return (NativeLibrary.Load(file ?? LibraryFile), null);
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            // .NET's own advice is the first line; what the system says follows.
            var said = failure.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return (0, $"gradientBoosting and randomForest need xgboost's library, which cannot be loaded: {(said.Length > 1 ? said[1] : said[0])}; " +
                $"install Debian's package libxgboost0, run 'make setup' before building, or set {PathVariable} to the file");
        }
    }

    private static string? Start()
    {
        var (handle, problem) = Load(Find(Environment.GetEnvironmentVariable(PathVariable), AppContext.BaseDirectory));
        if (problem is null)
        {
            NativeLibrary.SetDllImportResolver(typeof(XgboostLibrary).Assembly, (name, _, _) => name == Library ? handle : 0);
            Check(SetGlobalConfig("""{"verbosity": 0}"""));
        }

        return problem;
    }

    [LibraryImport(Library, EntryPoint = "XGBGetLastError")]
    private static partial nint GetLastError();

    [LibraryImport(Library, EntryPoint = "XGBSetGlobalConfig", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetGlobalConfig(string config);

    [LibraryImport(Library, EntryPoint = "XGDMatrixCreateFromMat_omp")]
    internal static partial int CreateMatrix(ReadOnlySpan<float> data, ulong rows, ulong columns, float missing, out nint handle, int threads);

    [LibraryImport(Library, EntryPoint = "XGDMatrixSetFloatInfo", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetFloats(TrainingMatrix matrix, string field, ReadOnlySpan<float> values, ulong count);

    [LibraryImport(Library, EntryPoint = "XGDMatrixFree")]
    internal static partial int FreeMatrix(nint handle);

    [LibraryImport(Library, EntryPoint = "XGBoosterCreate")]
    internal static partial int CreateBooster(ReadOnlySpan<nint> matrices, ulong count, out nint handle);

    [LibraryImport(Library, EntryPoint = "XGBoosterSetParam", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetParameter(Booster booster, string name, string value);

    [LibraryImport(Library, EntryPoint = "XGBoosterUpdateOneIter")]
    internal static partial int Update(Booster booster, int iteration, TrainingMatrix matrix);

    [LibraryImport(Library, EntryPoint = "XGBoosterBoostOneIter")]
    internal static partial int Boost(Booster booster, TrainingMatrix matrix, ReadOnlySpan<float> gradients, ReadOnlySpan<float> hessians, ulong count);

    [LibraryImport(Library, EntryPoint = "XGBoosterPredictFromDMatrix", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Predict(Booster booster, TrainingMatrix matrix, string config, out nint shape, out ulong dimensions, out nint values);

    [LibraryImport(Library, EntryPoint = "XGBoosterSaveModelToBuffer", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Save(Booster booster, string config, out ulong length, out nint bytes);

    [LibraryImport(Library, EntryPoint = "XGBoosterFree")]
    internal static partial int FreeBooster(nint handle);
}
