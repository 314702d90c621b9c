/** The camera, looked through until there is a code in its picture. */

interface Eye {
  read(video: HTMLVideoElement): Promise<string | null>;
  /** It reads square codes, and no bars. */
  squaresOnly: boolean;
}
interface Detector { detect(source: CanvasImageSource): Promise<{ rawValue: string }[]> }

/** refused: by the officer, or by the phone's settings. none: there is no camera, another app has it, or nothing reads its picture. */
export type Trouble = 'refused' | 'none';
export interface Told {
  looking(squaresOnly: boolean): void;
  found(text: string): void;
  trouble(why: Trouble): void;
}

const LARGEST = 640;
const PAUSE = 150; // milliseconds between two looks

/** Looks until a code is found; once. Returns what ends it and lets the camera go. */
export function lookForCode(video: HTMLVideoElement, told: Told): () => void {
  let over = false;
  let stream: MediaStream | undefined;
  const stop = (): void => {
    over = true;
    stream?.getTracks().forEach((track) => track.stop());
  };
  const look = async (): Promise<void> => {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    if (over) return stop();
    video.srcObject = stream;
    await video.play();
    const eye = await eyeOfThisPhone();
    if (!over) told.looking(eye.squaresOnly);
    while (!over) {
      const text = await eye.read(video).catch(() => null);
      if (over) return;
      if (text) {
        stop();
        return told.found(text);
      }
      await new Promise((later) => setTimeout(later, PAUSE));
    }
  };
  look().catch((error: unknown) => {
    if (over) return;
    stop();
    told.trouble((error as Error).name === 'NotAllowedError' ? 'refused' : 'none');
  });
  return stop;
}

/** The phone's own detector, else jsQR, which knows squares only and is fetched only then. */
async function eyeOfThisPhone(): Promise<Eye> {
  const known = (globalThis as { BarcodeDetector?: new () => Detector }).BarcodeDetector;
  if (known) {
    const detector = new known();
    try {
      await detector.detect(document.createElement('canvas'));
      return { read: async (video) => (await detector.detect(video))[0]?.rawValue || null, squaresOnly: false };
    } catch { /* there in name only: some phones lack the service behind it */ }
  }
  const { default: jsQR } = await import('jsqr');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const read = async (video: HTMLVideoElement): Promise<string | null> => {
    const scale = Math.min(1, LARGEST / Math.max(video.videoWidth, video.videoHeight, 1));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    if (!canvas.width) return null;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    return jsQR(data, width, height)?.data || null;
  };
  return { read, squaresOnly: true };
}
