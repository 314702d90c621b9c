import { For, type Component, type JSX } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import type { MarkdownNode } from '../engine.ts';

const TAGS: Record<string, string> = {
  h1: 'strong', h2: 'strong', h3: 'strong', h4: 'strong', h5: 'strong', h6: 'strong',
  em: 'em', strong: 'strong', u: 'u', ul: 'ul', ol: 'ol', li: 'li', div: 'div', p: 'p', span: 'span',
};

/** The form's Markdown as elements. Raw HTML is shown as its text, and colours and fonts are ours. */
export const Markdown: Component<{ nodes: readonly MarkdownNode[] }> = (props) => <For each={props.nodes}>{(node) => draw(node)}</For>;

function draw(node: MarkdownNode): JSX.Element {
  switch (node.role) {
    case 'child':
      return node.value;
    case 'line-break':
      return <br />;
    case 'html':
      return new DOMParser().parseFromString(node.unsafeHtml, 'text/html').body.textContent;
    case 'parent': {
      const url = 'url' in node ? String(node.url) : '';
      if (node.elementName === 'a' && /^(https?|tel|mailto):/i.test(url)) {
        return (
          <a href={url} target="_blank" rel="noopener noreferrer">
            <Markdown nodes={node.children} />
          </a>
        );
      }
      return (
        <Dynamic component={TAGS[node.elementName] ?? 'span'}>
          <Markdown nodes={node.children} />
        </Dynamic>
      );
    }
  }
}
