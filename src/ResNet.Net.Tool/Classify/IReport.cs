using ResNet.Net.Samples.Support;

namespace ResNet.Net.Samples.Classify;

/// <summary>Shows results to people or programs.</summary>
internal interface IReport
{
    void Add(PictureFile file, Classification result);

    void AddFailure(PictureFile file, string error);

    void End();
}
