using Microsoft.ML.OnnxRuntime;

namespace TextOps.Onnx.Tests;

public sealed class OnnxEnvironmentTests
{
    [Fact]
    public void Telemetry_is_switched_off_where_native_code_looks()
    {
        OnnxEnvironment.DisableTelemetry();

        Assert.Equal("1", OnnxEnvironment.NativeVariable(OnnxEnvironment.TelemetryVariable));
    }

    [Fact]
    public void A_variable_set_in_NET_alone_does_not_reach_native_code()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Unix keeps two copies of the environment");
        Environment.SetEnvironmentVariable("TEXTOPS_ONLY_MANAGED", "1");

        Assert.Null(OnnxEnvironment.NativeVariable("TEXTOPS_ONLY_MANAGED"));
    }

    [Fact]
    public void The_library_starts_no_telemetry_uploader()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        Assert.NotEmpty(OnnxEnvironment.Version);

        // The uploader keeps its queue of events in onnxruntime.db and writes /tmp/mat-debug-<pid>.log from its start on.
        var open = Directory.GetFiles("/proc/self/fd").Select(TargetOf).ToList();
        Assert.DoesNotContain(open, file => file.Contains("onnxruntime.db", StringComparison.Ordinal) || file.Contains("mat-debug", StringComparison.Ordinal));
    }

    [Fact]
    public void The_library_beside_the_program_is_the_one_that_runs()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        Assert.Matches(@"^1\.\d+\.\d+$", OnnxEnvironment.Version);

        Assert.Contains(File.ReadLines("/proc/self/maps"), line => line.EndsWith(Path.Combine(AppContext.BaseDirectory, "libonnxruntime.so"), StringComparison.Ordinal));
    }

    [Fact]
    public void Session_options_keep_to_the_threads_they_are_given()
    {
        using var options = OnnxEnvironment.CreateSessionOptions(3);

        Assert.Equal((3, 1), (options.IntraOpNumThreads, options.InterOpNumThreads));
        Assert.Equal(ExecutionMode.ORT_SEQUENTIAL, options.ExecutionMode);
        Assert.Throws<ArgumentOutOfRangeException>(() => OnnxEnvironment.CreateSessionOptions(0));
    }

    private static string TargetOf(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget ?? "";
        }
        catch (IOException)
        {
            return ""; // closed meanwhile
        }
    }
}
