/** Lets the user take a photo with the camera. Browsers offer it only on secure pages: HTTPS or localhost. */
export function setUpCamera(onPhoto) {
  const open = document.getElementById("use-camera");
  const dialog = document.getElementById("camera");
  const video = document.getElementById("video");
  const message = dialog.querySelector(".note");
  const shoot = document.getElementById("shoot");
  let stream;
  if (!navigator.mediaDevices?.getUserMedia || !dialog.showModal) {
    return;
  }

  open.hidden = false;
  open.onclick = async () => {
    message.textContent = "";
    shoot.disabled = true;
    dialog.showModal();
    try {
      const started = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
      if (!dialog.open) {
        stop(started);
        return;
      }

      stream = started;
      video.srcObject = stream;
      await video.play();
      shoot.disabled = false;
      shoot.focus();
    } catch (error) {
      message.textContent = error.name === "NotAllowedError"
        ? "The browser blocks the camera for this page. Allow it in the site settings."
        : error.name === "NotFoundError" ? "No camera was found." : "The camera cannot be started.";
    }
  };
  shoot.onclick = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob(photo => {
      dialog.close();
      onPhoto(photo);
    }, "image/png");
  };
  document.getElementById("close-camera").onclick = () => dialog.close();
  dialog.onclose = () => {
    stop(stream);
    stream = undefined;
    video.srcObject = null;
    open.focus();
  };

  function stop(active) {
    active?.getTracks().forEach(track => track.stop());
  }
}
