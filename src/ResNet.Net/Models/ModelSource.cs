namespace ResNet.Net;

/// <summary>Represents a server from which the store downloads the files of the zoo.</summary>
/// <remarks>Downloads are verified, so that a source needs to be available, but not trusted.</remarks>
public sealed record ModelSource
{
    private readonly string _template;

    private ModelSource(string name, string template)
    {
        Name = name;
        _template = template;
    }

    /// <summary>Gets the home of the zoo since July 2025, <c>huggingface.co/onnxmodelzoo</c>.</summary>
    public static ModelSource HuggingFace { get; } = new("Hugging Face", "https://huggingface.co/onnxmodelzoo/{id}/resolve/main/{file}");

    /// <summary>Gets the large files of the repository <c>onnx/models</c> on GitHub.</summary>
    public static ModelSource GitHub { get; } = new(
        "GitHub", "https://media.githubusercontent.com/media/onnx/models/main/validated/vision/classification/resnet/model/{file}");

    /// <summary>Gets the name for messages.</summary>
    public string Name { get; }

    /// <summary>Creates a source for a server that has the files under their own names.</summary>
    /// <param name="address">
    /// The http or https address of the folder with the files. Alternatively, the address of a file with the placeholders
    /// <c>{id}</c> and <c>{file}</c>. A user name and password in the address are sent as basic authentication.
    /// </param>
    /// <returns>The source.</returns>
    /// <exception cref="ArgumentException">The address is not an absolute http or https address.</exception>
    public static ModelSource Mirror(string address)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        string template = address.Contains("{file}", StringComparison.Ordinal) ? address : $"{address.TrimEnd('/')}/{{file}}";
        if (!Uri.TryCreate(Fill(template, "id", "file"), UriKind.Absolute, out Uri? example)
            || (example.Scheme != Uri.UriSchemeHttps && example.Scheme != Uri.UriSchemeHttp))
        {
            throw new ArgumentException(
                $"'{address}' is not an http or https address. "
                + "Pass the address of the folder with the files, such as https://models.example.com/resnet/.",
                nameof(address));
        }

        return new ModelSource($"mirror {example.Authority}", template);
    }

    /// <summary>Returns the address of a variant's model.</summary>
    /// <param name="variant">The variant.</param>
    /// <returns>The address, including the user name and password of the mirror, if any.</returns>
    public Uri GetAddress(ResNetVariant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return GetAddress(StoredFile.ModelOf(variant));
    }

    internal Uri GetAddress(StoredFile file) => new(Fill(_template, file.Variant.Id, file.Name));

    /// <summary>Returns the name, which never includes a password.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;

    private static string Fill(string template, string id, string file)
        => template.Replace("{id}", id, StringComparison.Ordinal).Replace("{file}", file, StringComparison.Ordinal);
}
