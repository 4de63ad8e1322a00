import { address, newKey } from "./client.ts";
import { ApiError } from "./errors.ts";
import type { FileRef } from "./types.ts";

/** Sends one file and reports progress from 0 to 1. `fetch` cannot report upload progress, so this is XHR. */
export function upload(file: File, onProgress: (share: number) => void): Promise<FileRef> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address("/files"));
    request.setRequestHeader("idempotency-key", newKey());
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onerror = () => reject(new ApiError({ status: 0, code: "network.unreachable" }));
    request.onload = () => {
      const answer = parse(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(answer as FileRef);
      else
        reject(
          new ApiError({ code: "server.internal", ...(answer as object), status: request.status }),
        );
    };
    const form = new FormData();
    form.append("file", file, file.name);
    request.send(form);
  });
}

export function fileAddress(id: string): string {
  return address(`/files/${id}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
