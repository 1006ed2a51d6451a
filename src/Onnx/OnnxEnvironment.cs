using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace TextOps.Onnx;

/// <summary>
/// The only door to ONNX Runtime's native library: nothing else in TextOps makes session options or sessions. It switches telemetry off before the library
/// is loaded, finds the library beside the program, and starts one environment per process.
/// </summary>
public static partial class OnnxEnvironment
{
    internal const string TelemetryVariable = "ORT_DISABLE_TELEMETRY";

    private static readonly Lazy<OrtEnv> Environment = new(Start);

    /// <summary>Version of the native library, for example <c>1.29.0</c>.</summary>
    /// <exception cref="DllNotFoundException">The native library is not beside the program.</exception>
    public static string Version => Environment.Value.GetVersionString();

    /// <summary>
    /// Session options for a process that shares its cores with others: a fixed number of threads, none of which spins while it waits, and no plan of the
    /// memory per input shape (texts have many shapes; each plan would be kept).
    /// </summary>
    /// <param name="intraOpThreads">Threads that work on one operator; at least 1.</param>
    public static SessionOptions CreateSessionOptions(int intraOpThreads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(intraOpThreads, 1);
        _ = Environment.Value;
        var options = new SessionOptions
        {
            IntraOpNumThreads = intraOpThreads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            EnableMemoryPattern = false,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        return options;
    }

    /// <summary>Loads a graph.</summary>
    /// <param name="path">Absolute path of the ONNX file.</param>
    /// <param name="options">From <see cref="CreateSessionOptions"/>.</param>
    /// <exception cref="OnnxRuntimeException">The graph cannot be loaded.</exception>
    public static InferenceSession OpenSession(string path, SessionOptions options)
    {
        _ = Environment.Value;
        return new InferenceSession(path, options);
    }

    /// <summary>
    /// Sets the variable where native code reads it. <see cref="System.Environment.SetEnvironmentVariable(string, string?)"/> changes only .NET's own copy
    /// on Unix, so the library would not see it and start its uploader.
    /// </summary>
    /// <exception cref="InvalidOperationException">The C library did not take it.</exception>
    internal static void DisableTelemetry()
    {
        System.Environment.SetEnvironmentVariable(TelemetryVariable, "1");
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        if (SetEnv(TelemetryVariable, "1", overwrite: 1) != 0 || NativeVariable(TelemetryVariable) != "1")
        {
            throw new InvalidOperationException($"{TelemetryVariable} could not be set for native code; set it to 1 in the environment of the process");
        }
    }

    /// <summary>A variable as native code sees it; null where it is not set.</summary>
    internal static string? NativeVariable(string name) => Marshal.PtrToStringUTF8(GetEnv(name));

    private static OrtEnv Start()
    {
        DisableTelemetry();
        var library = LoadLibrary();
        // The NuGet package brings a resolver of its own, which has to stand back for this one.
        OrtEnv.DisableDllImportResolver = true;
        NativeLibrary.SetDllImportResolver(typeof(OrtEnv).Assembly, (name, _, _) => name == "onnxruntime" ? library : 0);
        var options = new EnvironmentCreationOptions { logId = "textops", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING };
        var environment = OrtEnv.CreateInstanceWithOptions(ref options);
        environment.DisableTelemetryEvents();
        return environment;
    }

    private static nint LoadLibrary()
    {
        var file = OperatingSystem.IsWindows() ? "onnxruntime.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib" : "libonnxruntime.so";
        string[] places =
        [
            Path.Combine(AppContext.BaseDirectory, file),
            Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", file),
        ];
        foreach (var place in places)
        {
            if (File.Exists(place))
            {
                return NativeLibrary.Load(place);
            }
        }

        // A system-wide installation; the version must fit the API's.
        return NativeLibrary.TryLoad(file, Assembly.GetExecutingAssembly(), searchPath: null, out var library)
            ? library
            : throw new DllNotFoundException($"ONNX Runtime's native library was not found: {string.Join(", ", places)}; it belongs beside the program");
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnv(string name);
}
