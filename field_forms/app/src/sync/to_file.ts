import type { Profile, Report } from '../store/db.ts';
import { isUnsent, photos, reports, sha256 } from '../store/reports.ts';

/** All unsent reports of one officer, as the office's page of phones takes them. The phone keeps its copies. */
export async function unsentFile(of: Profile, only?: string): Promise<File | null> {
  const unsent = (await reports(of.id)).filter((report) => isUnsent(report) && (!only || report.key === only));
  if (unsent.length === 0) return null;
  const made = new Date().toISOString();
  const head = { gramreach_unsent: 1, device_id: of.device_id, installation_id: of.installation_id, made_at: made };
  const parts: (string | Blob)[] = [JSON.stringify(head).slice(0, -1), ',"reports":['];
  for (const [i, report] of unsent.entries()) {
    if (i > 0) parts.push(',');
    parts.push(new Blob([JSON.stringify(await packed(report))])); // a Blob each: a phone's memory is small
  }
  parts.push(']}');
  return new File(parts, `gramreach-${of.officer.replaceAll(/\s+/g, '-')}-${made.slice(0, 10)}.json`, { type: 'application/json' });
}

async function packed({ key, form_id, version, instance_id, xml }: Report): Promise<object> {
  const files: { name: string; sha256: string; base64: string }[] = [];
  for (const photo of await photos(key)) {
    files.push({ name: photo.name, sha256: photo.sha256 || (await sha256(photo.blob)), base64: await base64(photo.blob) });
  }
  return { form_id, version, instance_id, xml, files };
}

function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** By the phone's own sharing where it can share files, else as a download. False: the officer thought better of it. */
export async function give(file: File): Promise<boolean> {
  if (navigator.canShare?.({ files: [file] })) {
    try {
      await navigator.share({ files: [file] });
      return true;
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return false;
    }
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return true;
}
