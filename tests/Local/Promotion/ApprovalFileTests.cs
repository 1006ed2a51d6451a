using System.Text.RegularExpressions;
using TextOps.Crds.Yaml;
using TextOps.Local.Promotion;

namespace TextOps.Local.Tests.Promotion;

public sealed partial class ApprovalFileTests
{
    private const string Old = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    private const string New = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

    private const string Deployment = """
        # Served models.
        apiVersion: textops.dev/v1alpha1
        kind: ModelDeployment
        metadata:
          name: book-reviews   # the object
        spec:
          # The model.
          model: {name: default.book-reviews} # in the registry
          stages:   # in the order in which a version passes them
          - name: staging # by itself
            follow: staging
            # version: 1 is not meant

        """;

    // What stands before and after the object in its file.
    private static readonly string[] Heads =
    [
        "",
        "# What stands before.\n\n",
        "%YAML 1.1\n--- # first\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata:\n  digest: x # not this one\n---\n",
    ];

    private static readonly string[] Tails =
    [
        "",
        "# The end.\n",
        "---\n# A document of comments only.\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other # \"quoted\"\n",
        "---\napiVersion: textops.dev/v1alpha1\nkind: ModelDeployment\nmetadata: {name: other}\nspec: {stages: [{name: production, approval: {}}]}\n",
    ];

    // The production stage; <v> and <d> stand for version and digest, ⟨…⟩ is there afterwards only, ⟦…⟧ before only: no other character may change.
    private static readonly string[] Stages =
    [
        // Replaced in place.
        "  - name: production\n    approval:\n      version: <v>\n      digest: <d>\n",
        "  - name: production # live\n    # who may approve: see CODEOWNERS\n    approval: # by merge\n      # the number\n      version: <v> # seen by Ann\n\n      # and its digest\n      digest: \"<d>\"   # \"sha\"\n    # after all\n    replicas: 2\n",
        "  - approval:\n        digest: '<d>'\n        version: <v>\n    name: production\n",
        "  -   name: production\n      replicas: 2\n      approval: {version: <v>, digest: <d>} # in one line\n",
        "  - name: 'production'\n    approval: { \"digest\": \"<d>\" , \"version\": <v> }\n    gates: [] # none\n",
        "  - name: production\n    approval: {\n      version: <v>, # the number\n      digest: <d>\n    }\n",
        "  - {name: production, approval: {version: <v>, digest: <d>}, replicas: 1}\n",
        "  - {\"name\": \"production\", \"approval\": {\"version\": <v>, \"digest\": \"<d>\"}}\n",
        "  - \"name\": \"production\"\n    \"approval\":\n      \"version\": <v>\n      \"digest\": <d>\n",
        "  - name: production\n    approval:\n      version: ⟦null⟧⟨<v>⟩\n      digest:⟨ <d>⟩ # to come\n",
        "  - name: production\n    approval: {version:⟨ <v>⟩, digest: ⟦~⟧⟨<d>⟩}\n",

        // Filled in.
        "  - name: production\n    approval:⟦ {}⟧⟨\n      version: <v>\n      digest: <d>⟩\n    replicas: 2 # two\n",
        "  - name: production\n    approval:⟦ {}⟧   # nothing yet⟨\n      version: <v>\n      digest: <d>⟩\n    # two of them\n    replicas: 2\n",
        "  - name: production\n    approval:⟦ {  }⟧⟨\n      version: <v>\n      digest: <d>⟩\n",
        "  - name: production\n    approval:⟨\n      version: <v>\n      digest: <d>⟩\n    replicas: 2\n",
        "  - name: production\n    approval: # nothing yet⟨\n      version: <v>\n      digest: <d>⟩\n      # a note below\n    replicas: 2\n",
        "  - name: production\n    approval:⟦ null⟧ # nothing yet⟨\n      version: <v>\n      digest: <d>⟩\n",
        "  - name: production\n    approval:⟦ ~⟧⟨\n      version: <v>\n      digest: <d>⟩\n    after: staging\n",
        "  - name: production\n    approval:\n      {⟨ version: <v>, digest: <d> ⟩} # on its own line\n",
        "  - name: production\n    approval: { # nothing yet\n      ⟨version: <v>, digest: <d> ⟩}\n",
        "  - {name: production, approval: {⟨ version: <v>, digest: <d> ⟩}, replicas: 2}\n",
        "  - {name: production, approval: ⟦null⟧⟨{ version: <v>, digest: <d> }⟩, replicas: 2}\n",
        "  - {\"name\": \"production\", \"approval\": {⟨\"version\": <v>, \"digest\": \"<d>\"⟩}}\n",
        "  - name: production # live⟨\n    approval:\n      version: <v>\n      digest: <d>⟩\n    replicas: 2\n",
        "  - replicas: 2\n    name: production⟨\n    approval:\n      version: <v>\n      digest: <d>⟩\n",
        "  - {name: production⟨, approval: { version: <v>, digest: <d> }⟩, replicas: 1}\n",
        "  - name: production\n    approval:\n      version: <v> # its digest is to come⟨\n      digest: <d>⟩\n    replicas: 1\n",
        "  - name: production\n    approval: {digest: <d>⟨, version: <v>⟩}\n",
    ];

    public static TheoryData<int> EachStage() => [.. Enumerable.Range(0, Stages.Length)];

    [Theory]
    [MemberData(nameof(EachStage))]
    public void Nothing_but_the_approval_changes_however_it_is_written(int index)
    {
        foreach (var head in Heads)
        {
            foreach (var tail in Tails)
            {
                foreach (var newLine in new[] { "\n", "\r\n" })
                {
                    foreach (var ending in new[] { "", "\n", "\n\n" })
                    {
                        string Text(bool after) =>
                            head + Deployment + (Side(Stages[index], after) + tail).TrimEnd('\n').ReplaceLineEndings(newLine) + ending.ReplaceLineEndings(newLine);
                        var (before, expected) = (Text(after: false), Text(after: true));
                        var found = ApprovalFile.Find(before, "overlay.yaml", "book-reviews", @namespace: null, "production");
                        Assert.False(found.Holds(2, New));
                        Assert.Equal(expected, found.With(2, New));
                        Assert.True(ApprovalFile.Find(expected, "overlay.yaml", "default.book-reviews", @namespace: null, "production").Holds(2, New));
                    }
                }
            }
        }
    }

    [Fact]
    public void Lines_are_indented_as_the_rest_of_the_file_is()
    {
        const string Text = """
            apiVersion: textops.dev/v1alpha1
            kind: ModelDeployment
            metadata:
                name: m
            spec:
                stages:
                    -   name: production
                        approval: {} # not yet
                        replicas: 2

            """;
        Assert.Equal(
            Text.Replace(" {} # not yet", $" # not yet\n                version: 7\n                digest: {New}", StringComparison.Ordinal),
            ApprovalFile.Find(Text, "m.yaml", "m", @namespace: null, "production").With(7, New));
    }

    [Fact]
    public void A_patch_that_holds_only_names_and_approval_is_understood()
    {
        const string Text = """
            apiVersion: textops.dev/v1alpha1
            kind: ModelDeployment
            metadata: {name: reviews}
            spec:
              stages:
                - name: production
                  approval: {}
            """;
        var found = ApprovalFile.Find(Text, "patch.yaml", "reviews", @namespace: null, "production");
        Assert.Null(found.Model);
        Assert.Null(found.Registry);
        Assert.EndsWith($"      approval:\n        version: 1\n        digest: {Old}", found.With(1, Old), StringComparison.Ordinal);
    }

    [Fact]
    public void A_json_file_stays_json()
    {
        const string Text = """
            {
              "apiVersion": "textops.dev/v1alpha1",
              "kind": "ModelDeployment",
              "metadata": { "name": "m", "namespace": "prod" },
              "spec": { "model": { "name": "m", "registry": "file:///registry" }, "stages": [ { "name": "production", "approval": {} } ] }
            }

            """;
        var found = ApprovalFile.Find(Text, "m.json", "m", "prod", "production");
        Assert.Equal("file:///registry", found.Registry);
        Assert.Equal(Text.Replace("\"approval\": {}", $"\"approval\": {{\"version\": 3, \"digest\": \"{New}\"}}", StringComparison.Ordinal), found.With(3, New));
    }

    [Fact]
    public void Staging_and_production_of_a_model_may_be_two_objects_of_a_file()
    {
        const string Text = """
            apiVersion: textops.dev/v1alpha1
            kind: ModelDeployment
            metadata: {name: reviews-staging}
            spec: {model: {name: reviews}, stages: [{name: staging, follow: staging}]}
            ---
            apiVersion: textops.dev/v1alpha1
            kind: ModelDeployment
            metadata: {name: reviews-production}
            spec: {model: {name: reviews}, stages: [{name: production, approval: {}}]}
            """;
        Assert.Equal("reviews-production", ApprovalFile.Find(Text, "all.yaml", "reviews", @namespace: null, "production").Name);
    }

    [Theory]
    [InlineData("other", null, "production", 0, "no ModelDeployment of the file has the name or the model other; it holds a/reviews (line 1), b/reviews (line 10), pinned (line 15)")]
    [InlineData("reviews", "c", "production", 0, "no ModelDeployment of the file has the name or the model reviews in namespace c; it holds a/reviews (line 1), b/reviews (line 10), pinned (line 15)")]
    [InlineData("reviews", null, "production", 10, "2 ModelDeployments are meant: a/reviews (line 1), b/reviews (line 10); name one of them, or its --namespace")]
    [InlineData("reviews", "a", "produktion", 6, "spec.stages of reviews has no stage produktion; choose one of staging, production with --stage")]
    [InlineData("reviews", "a", "staging", 7, "spec.stages[0].follow (\"staging\") says already what the stage serves, so it takes no approval; move the alias with textops models alias, or write approval: {} instead")]
    [InlineData("pinned", null, "production", 19, "spec.stages[0].version (3) says already what the stage serves, so it takes no approval; change the number there, or write approval: {} instead")]
    public void A_stage_that_is_not_meant_clearly_is_refused(string model, string? @namespace, string stage, int line, string message)
    {
        const string Text = """
            apiVersion: textops.dev/v1alpha1
            kind: ModelDeployment
            metadata: {name: reviews, namespace: a}
            spec:
              model: {name: m}
              stages:
              - {name: staging, follow: staging}
              - {name: production, approval: {}}
            ---
            apiVersion: textops.dev/v1alpha1
            kind: ModelDeployment
            metadata: {name: reviews, namespace: b}
            spec: {model: {name: m}, stages: [{name: production, approval: {}}]}
            ---
            apiVersion: textops.dev/v1alpha1
            kind: ModelDeployment
            metadata: {name: pinned}
            spec:
              stages: [{name: production, version: 3}]
            """;
        var refused = Assert.Throws<PromotionException>(() => ApprovalFile.Find(Text.Replace("\n---\n", "\n--- # next\n", StringComparison.Ordinal), "f.yaml", model, @namespace, stage));
        Assert.Equal((line, message), (refused.Line, refused.Message));
    }

    [Theory]
    [InlineData("- name: production\n  approval: &a {version: 1}", "approval has an anchor, an alias or a tag; write version and digest there themselves", 7)]
    [InlineData("- name: production\n  approval: {version: &v 1}", "approval.version is not written as one plain value on the line of its name; write it so", 7)]
    [InlineData("- name: production\n  approval:\n    version:\n      1\n    digest: x", "approval.version is not written as one plain value on the line of its name; write it so", 8)]
    [InlineData("- name: production\n  approval:\n    digest: >-\n      sha256:1\n    version: 1", "approval.digest is not written as one plain value on the line of its name; write it so", 8)]
    [InlineData("- name: production\n  approval: {by: Ann}", "approval has the field by; it has version and digest and no others", 7)]
    [InlineData("- name: production\n  approval: none", "approval is not an object; write {} until something is approved", 7)]
    [InlineData("- name: &n production\n  approval: {version: 1}\n  alias: *n\n  <<: {replicas: 2}", null, 0)]
    public void What_is_not_changed_safely_is_refused(string stages, string? message, int line)
    {
        var text = $"apiVersion: textops.dev/v1alpha1\nkind: ModelDeployment\nmetadata: {{name: m}}\nspec:\n  stages:\n  {stages.ReplaceLineEndings("\n  ")}\n";
        var found = ApprovalFile.Find(text, "f.yaml", "m", @namespace: null, "production");
        if (message is null)
        {
            Assert.Contains($"version: 2, digest: {New}", found.With(2, New), StringComparison.Ordinal);
            return;
        }

        var refused = Assert.Throws<PromotionException>(() => found.With(2, New));
        Assert.Equal((message, line), (refused.Message, refused.Line));
    }

    [Fact]
    public void A_stage_that_is_written_elsewhere_is_refused()
    {
        const string Text = """
            apiVersion: textops.dev/v1alpha1
            kind: ModelDeployment
            metadata: {name: m}
            spec:
              model: {name: m}
              stages: &s
              - &p
                name: production
                approval: {}
            ---
            apiVersion: textops.dev/v1alpha1
            kind: ModelDeployment
            metadata:
              name: second
              annotations: {x: &stage production}
            spec:
              stages:
              - name: *stage
                approval: {}
            """;
        Assert.Contains("version: 2", ApprovalFile.Find(Text, "f.yaml", "m", @namespace: null, "production").With(2, New), StringComparison.Ordinal);
        var refused = Assert.Throws<PromotionException>(() => ApprovalFile.Find(Text, "f.yaml", "second", @namespace: null, "production"));
        Assert.Equal((17, "spec.stages of second is not written there as a list with the stage production; write it out, or name another file"), (refused.Line, refused.Message));
    }

    [Fact]
    public void A_stage_that_is_used_twice_is_left_to_a_person()
    {
        const string Text = """
            apiVersion: textops.dev/v1alpha1
            kind: ModelDeployment
            metadata: {name: m}
            spec:
              stages:
              - &p
                name: production
                approval: {}
              - <<: *p
                name: second
            """;
        var refused = Assert.Throws<PromotionException>(() => ApprovalFile.Find(Text, "f.yaml", "m", @namespace: null, "production").With(2, New));
        Assert.Equal(
            (6, $"spec.stages[0].approval cannot be changed without changing something else, because of the way in which it is written; edit it by hand: version 2, digest {New}"),
            (refused.Line, refused.Message));
    }

    [Theory]
    [InlineData("- op: replace\n  path: /spec/stages/1/approval/version\n  value: 2\n", 1, "the document is a list, as a JSON 6902 patch is, which says nothing of names; write the stage in a strategic-merge patch or in the object")]
    [InlineData("apiVersion: v1\nkind: Service\nmetadata: {name: m}\n", 0, "the file holds no ModelDeployment; name the file that holds m")]
    [InlineData("apiVersion: v1\nkind: Service\nmetadata: {name: m\n", 4, "not valid YAML: while parsing a flow mapping, did not find expected ',' or '}'")]
    [InlineData("", 0, "the file holds no object; write one that begins with apiVersion and kind")]
    [InlineData("apiVersion: textops.dev/v1alpha1\nkind: ModelDeployment\nmetadata: {name: m}\n", 1, "spec.stages of m is not written there as a list with the stage production; write it out, or name another file")]
    public void A_file_that_holds_something_else_is_refused(string text, int line, string message)
    {
        var refused = Assert.Throws<PromotionException>(() => ApprovalFile.Find(text, "f.yaml", "m", @namespace: null, "production"));
        Assert.Equal((line, message), (refused.Line, refused.Message));
    }

    [Fact]
    public void Every_way_of_writing_is_valid_before_and_after() =>
        Assert.All(Stages.SelectMany(stage => new[] { Side(stage, after: false), Side(stage, after: true) }), stage => Assert.Empty(ManifestReader.ReadText(Deployment + stage, "f.yaml").Errors));

    private static string Side(string stage, bool after) => (after ? Before().Replace(stage, "") : After().Replace(stage, ""))
        .Replace("⟨", "", StringComparison.Ordinal).Replace("⟩", "", StringComparison.Ordinal).Replace("⟦", "", StringComparison.Ordinal).Replace("⟧", "", StringComparison.Ordinal)
        .Replace("<v>", after ? "2" : "1", StringComparison.Ordinal).Replace("<d>", after ? New : Old, StringComparison.Ordinal);

    [GeneratedRegex("⟦[^⟧]*⟧", RegexOptions.NonBacktracking)]
    private static partial Regex Before();

    [GeneratedRegex("⟨[^⟩]*⟩", RegexOptions.NonBacktracking)]
    private static partial Regex After();
}
