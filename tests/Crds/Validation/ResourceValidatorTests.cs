using TextOps.Crds.Core;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Crds.Tests.Generator;
using TextOps.Crds.Validation;
using static TextOps.Crds.Tests.EmbeddingJobs.EmbeddingJobSamples;

namespace TextOps.Crds.Tests.Validation;

public sealed class ResourceValidatorTests
{
    [Fact]
    public void A_valid_object_breaks_nothing() => Assert.Empty(ResourceValidator.Validate(Valid()));

    [Fact]
    public void A_broken_rule_is_explained_with_paths_values_and_the_fix()
    {
        var job = Valid();

        var violation = Assert.Single(ResourceValidator.Validate(job with { Spec = job.Spec with { Chunking = new Chunking { Size = 200, Overlap = 300 } } }));

        Assert.Equal("spec.chunking", violation.Path);
        Assert.Equal("overlap must be smaller than size; lower overlap or raise size", violation.Message);
        Assert.Equal("spec.chunking.overlap (300) must be smaller than spec.chunking.size (200); lower the overlap", violation.ToString());
    }

    [Fact]
    public void A_rule_without_explanation_reads_as_the_API_server_says_it()
    {
        var job = Valid();
        var runner = new RunnerSpec { EnvFrom = [new V1EnvFromSource { SecretRef = new V1LocalObjectReference { Name = "s" } }, new V1EnvFromSource()] };

        var violation = Assert.Single(ResourceValidator.Validate(job with { Spec = job.Spec with { Runner = runner } }));

        Assert.Equal("spec.runner.envFrom[1]: Invalid value: exactly one of secretRef and configMapRef must be given", violation.ToString());
    }

    [Fact]
    public void All_broken_rules_are_found_in_the_order_of_fields()
    {
        var job = Valid();
        var broken = job with
        {
            Metadata = new V1ObjectMeta { Name = "a." + new string('x', 50) },
            Spec = job.Spec with { Chunking = new Chunking { Size = 1, Overlap = 1 }, Validation = new RowValidation { MinLength = 3, MaxLength = 2 } },
        };

        Assert.Equal(["", "", "spec.chunking", "spec.validation"], ResourceValidator.Validate(broken).Select(violation => violation.Path));
    }

    [Fact]
    public void Rules_below_lists_maps_and_unions_are_found()
    {
        var widget = new Widget { Spec = new WidgetSpec { Title = "t", Union = new WidgetUnion() } };
        Assert.Equal(["spec.union: Invalid value: exactly one of round and flat must be given"], ResourceValidator.Validate(widget).Select(violation => violation.ToString()));

        var map = new Holder { Ranges = new Dictionary<string, WidgetRange>(StringComparer.Ordinal) { ["a/b"] = new() { Low = 9 } } };
        Assert.Equal(["ranges[a/b].low (9) must not be above ranges[a/b].high (2); lower ranges[a/b].low"], ResourceValidator.Validate(map).Select(violation => violation.ToString()));
    }

    private sealed record Holder
    {
        public IReadOnlyDictionary<string, WidgetRange>? Ranges { get; init; }
    }
}
