using ResNet.Net.Tool.Images;

namespace ResNet.Net.Tool.Classify;

/// <summary>Shows results to people or programs.</summary>
internal interface IReport
{
    void Add(ImageFile file, Classification result);

    void AddFailure(ImageFile file, string error);

    void End();
}
