using System.Formats.Tar;
using System.IO.Compression;

namespace ResNet.Net.Docs.Tests;

/// <summary>
/// Creates the working folders of the programs, a copy for each:
/// <list type="bullet">
/// <item><c>samples/images/</c> and <c>images/</c>: the drawn images, with <c>labels.txt</c>;</item>
/// <item><c>cat.jpg</c>: one of them (the first bytes determine the format, not the extension);</item>
/// <item><c>photos/(label)/</c>: the images in class folders, and <c>cifar10-test.zip</c>, an archive of these;</item>
/// <item><c>imagenet/</c>: <c>ILSVRC2012_img_val.tar</c>, the images in one tar file, and <c>val.txt</c>, their classes;</item>
/// <item><c>flowers.onnx</c>: a small ResNet with five classes, random weights and 64x64 input, and <c>flowers.txt</c>, its labels;</item>
/// <item><c>large/model.onnx</c>: the same model;</item>
/// <item>
/// <c>keras/</c>, <c>customvision/</c>, <c>huggingface/</c>: <c>model.onnx</c> in the form that these tools export, and the files
/// beside it;
/// </item>
/// <item><c>best.onnx</c>: a model in the form that Ultralytics exports;</item>
/// <item><c>preprocessor_config.json</c>: the preprocessing of a ResNet-50 on Hugging Face;</item>
/// <item><c>resnet18-v1-7.onnx</c>: the synthetic model of that file of the zoo.</item>
/// </list>
/// </summary>
public sealed class Workshop : IDisposable
{
    public const string SyntheticModel = "resnet18-v1-7.onnx";

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<string> _syntheticModel;

    public Workshop()
    {
        string images = Path.GetDirectoryName(_folder["original", "samples", "images", "x"])!;
        foreach (string file in Directory.GetFiles(TestFolders.SampleImages))
        {
            File.Copy(file, Path.Combine(images, Path.GetFileName(file)));
            File.Copy(file, _folder["original", "images", Path.GetFileName(file)]);
        }

        File.Copy(Path.Combine(images, "cat.png"), _folder["original", "cat.jpg"]);
        foreach (string[] line in File.ReadLines(Path.Combine(images, "labels.txt")).Select(line => line.Split(' ')))
        {
            File.Copy(Path.Combine(images, line[0]), _folder["original", "photos", line[1], line[0]]);
        }

        ZipFile.CreateFromDirectory(_folder["original", "photos"], _folder["original", "cifar10-test.zip"]);
        WriteTar(images);
        ResNetBuilder.Build(ResNetArchitecture.Cifar(8) with { Classes = 5, InputSize = 64, Opset = 12 })
            .Save(_folder["original", "flowers.onnx"]);
        File.Copy(_folder["original", "flowers.onnx"], _folder["original", "large", "model.onnx"]);
        File.WriteAllText(
            _folder["original", "preprocessor_config.json"],
            """
            { "feature_extractor_type": "ConvNextFeatureExtractor", "size": 224, "crop_pct": 0.875, "resample": 3,
              "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225] }
            """);
        File.WriteAllLines(_folder["original", "flowers.txt"], ToolExports.Labels);
        WriteExports();
        _syntheticModel = new Lazy<string>(() =>
        {
            string path = _folder["synthetic", SyntheticModel];
            ZooModels.Build(Path.GetFileNameWithoutExtension(SyntheticModel)).Save(path);
            return path;
        });
    }

    /// <summary>Creates the folder of one program.</summary>
    internal string Open(DocumentedProgram program)
    {
        string copy = _folder[$"{Guid.NewGuid():N}"];
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(_folder["original"], "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(copy, Path.GetRelativePath(_folder["original"], file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        if (program.Source.Contains(SyntheticModel, StringComparison.Ordinal) || program.Arguments.Contains(SyntheticModel))
        {
            File.Copy(_syntheticModel.Value, Path.Combine(copy, SyntheticModel));
        }

        return copy;
    }

    public void Dispose() => _folder.Dispose();

    private void WriteTar(string images)
    {
        string[] files = [.. Directory.GetFiles(images, "*.png").Order(StringComparer.Ordinal)];
        using (TarWriter tar = new(File.Create(_folder["original", "imagenet", "ILSVRC2012_img_val.tar"])))
        {
            foreach (string file in files)
            {
                tar.WriteEntry(file, Path.GetFileName(file));
            }
        }

        File.WriteAllLines(
            _folder["original", "imagenet", "val.txt"],
            files.Select((file, i) => $"{Path.GetFileName(file)} {i % LabelSet.Cifar10.Count}"));
    }

    private void WriteExports()
    {
        const int Side = 224;
        File.WriteAllBytes(_folder["original", "keras", "model.onnx"], ToolExports.Keras(Side, hasRescaling: false));
        File.WriteAllLines(_folder["original", "keras", "labels.txt"], ToolExports.Labels);
        File.WriteAllBytes(_folder["original", "customvision", "model.onnx"], ToolExports.CustomVision(Side));
        File.WriteAllLines(_folder["original", "customvision", "labels.txt"], ToolExports.Labels);
        File.WriteAllBytes(_folder["original", "huggingface", "model.onnx"], ToolExports.HuggingFace());
        File.WriteAllText(_folder["original", "huggingface", "config.json"], ToolExports.HuggingFaceConfig);
        File.WriteAllText(
            _folder["original", "huggingface", "preprocessor_config.json"], ToolExports.HuggingFacePreprocessor(Side));
        File.WriteAllBytes(_folder["original", "best.onnx"], ToolExports.Ultralytics(Side));
    }
}
