type Reader = (video: HTMLVideoElement) => Promise<string | null>;
interface Detector { detect(source: CanvasImageSource): Promise<{ rawValue: string }[]> }

const LARGEST = 640;

/** Reads square codes: by the phone's own detector, else by jsQR, which is fetched only then. */
export async function reader(): Promise<Reader> {
  const known = (globalThis as { BarcodeDetector?: new () => Detector }).BarcodeDetector;
  if (known) {
    const detector = new known();
    try {
      await detector.detect(document.createElement('canvas'));
      return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
    } catch { /* there in name only: some phones lack the service behind it */ }
  }
  const { default: jsQR } = await import('jsqr');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  return async (video) => {
    const scale = Math.min(1, LARGEST / Math.max(video.videoWidth, video.videoHeight, 1));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    if (!canvas.width) return null;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    return jsQR(data, width, height)?.data || null;
  };
}
