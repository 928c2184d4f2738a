namespace ResNet.Net;

/// <summary>Represents a server from which the store downloads the files of variants.</summary>
/// <remarks>Downloads are verified, so that a source needs to be available, but not trusted.</remarks>
public sealed record ModelSource
{
    // Files of Caffe2 have the same names in every variant.
    private const string FolderTemplate = "{folder}";

    private readonly string _template;
    private readonly FileOrigins _origins;

    private ModelSource(string name, string template, FileOrigins origins)
    {
        Name = name;
        _template = template;
        _origins = origins;
    }

    private enum FileOrigins
    {
        Zoo,
        ZooAndAddresses,
        Any,
    }

    /// <summary>Gets the home of the zoo since July 2025, <c>huggingface.co/onnxmodelzoo</c>.</summary>
    public static ModelSource HuggingFace { get; } = new(
        "Hugging Face", "https://huggingface.co/onnxmodelzoo/{id}/resolve/main/{file}", FileOrigins.Zoo);

    /// <summary>
    /// Gets the large files of the repository <c>onnx/models</c> on GitHub, and, for files that have one, the
    /// <see cref="VariantFile.Address"/>.
    /// </summary>
    public static ModelSource GitHub { get; } = new(
        "GitHub", "https://media.githubusercontent.com/media/onnx/models/main/validated/vision/classification/resnet/model/{file}",
        FileOrigins.ZooAndAddresses);

    /// <summary>Gets the name for messages.</summary>
    public string Name { get; }

    /// <summary>Creates a source for a server that has the files under their own names.</summary>
    /// <param name="address">
    /// The http or https address of the folder with the files; those of a variant in Caffe2's own format are in a subfolder named after its
    /// id. Alternatively, the address of a file with the placeholders <c>{id}</c> and <c>{file}</c>. A user name and password in the
    /// address are sent as basic authentication.
    /// </param>
    /// <returns>The source.</returns>
    /// <exception cref="ArgumentException">The address is not an absolute http or https address.</exception>
    public static ModelSource Mirror(string address)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        bool isTemplate = address.Contains("{file}", StringComparison.Ordinal);
        string template = isTemplate ? address : $"{address.TrimEnd('/')}/{FolderTemplate}{{file}}";
        if (!Uri.TryCreate(Fill(template, "id", "file", inFolder: false), UriKind.Absolute, out Uri? example)
            || (example.Scheme != Uri.UriSchemeHttps && example.Scheme != Uri.UriSchemeHttp))
        {
            throw new ArgumentException(
                $"'{address}' is not an http or https address. "
                + "Pass the address of the folder with the files, such as https://models.example.com/resnet/.",
                nameof(address));
        }

        return new ModelSource($"mirror {example.Authority}", template, FileOrigins.Any);
    }

    /// <summary>Returns the address of a file.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="file">One of its <see cref="ResNetVariant.Files"/>, or its <see cref="ResNetVariant.TestData"/>.</param>
    /// <returns>
    /// The address, including the user name and password of the mirror, if any; <see langword="null"/> if the source doesn't have the file.
    /// </returns>
    public Uri? GetAddress(ResNetVariant variant, VariantFile file)
    {
        ArgumentNullException.ThrowIfNull(variant);
        ArgumentNullException.ThrowIfNull(file);
        return file.Address is null || _origins == FileOrigins.Any
            ? new Uri(Fill(_template, variant.Id, file.Name, variant.IsImported))
            : _origins == FileOrigins.ZooAndAddresses ? file.Address : null;
    }

    /// <summary>Returns the name, which never includes a password.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;

    private static string Fill(string template, string id, string file, bool inFolder) => template
        .Replace(FolderTemplate, inFolder ? "{id}/" : "", StringComparison.Ordinal)
        .Replace("{id}", id, StringComparison.Ordinal)
        .Replace("{file}", file, StringComparison.Ordinal);
}
