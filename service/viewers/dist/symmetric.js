/* sources c41b39e3f5ec1469587214fd3a9eace2570c6529c8951ecaea6755930fa25ef0; licences: LICENSES.txt */
(()=>{var C={ArrowLeft:o=>o.nudge(-1,0),ArrowRight:o=>o.nudge(1,0),ArrowUp:o=>o.nudge(0,1),ArrowDown:o=>o.nudge(0,-1),"+":o=>o.zoom(1.15),"=":o=>o.zoom(1.15),"-":o=>o.zoom(.8695652173913044),q:o=>o.turn(Math.PI/24),e:o=>o.turn(-Math.PI/24),0:o=>o.reset(),Home:o=>o.reset()};function N(o,e){let n=new Map,r=t=>{let s=o.getBoundingClientRect();return[t.clientX-s.left,t.clientY-s.top]};o.addEventListener("pointerdown",t=>{o.setPointerCapture(t.pointerId),n.set(t.pointerId,r(t))}),o.addEventListener("pointermove",t=>{let s=n.get(t.pointerId);if(!s)return;let i=r(t),l=[...n].find(([c])=>c!==t.pointerId)?.[1];if(l){let[c,h]=[0,1].map(u=>s[u]-l[u]),[p,f]=[0,1].map(u=>i[u]-l[u]);e.zoom(Math.hypot(p,f)/Math.max(Math.hypot(c,h),1),l),e.turn(Math.atan2(h,c)-Math.atan2(f,p))}else e.drag(s,i);n.set(t.pointerId,i)});for(let t of["pointerup","pointercancel"])o.addEventListener(t,s=>{n.delete(s.pointerId),e.release()});return o.addEventListener("wheel",t=>{t.preventDefault(),e.zoom(Math.exp(-Math.sign(t.deltaY)*Math.min(Math.abs(t.deltaY),100)/600),r(t))},{passive:!1}),o.addEventListener("keydown",t=>{t.ctrlKey||t.metaKey||t.altKey||!(t.key in C)||(t.preventDefault(),C[t.key](e))}),()=>n.size>0}var S=(o,e)=>{let n=o*o+e*e;return n<1?[2*o,2*e,1+n].map(r=>r/(1-n)):null},U=`vec3 lift(vec2 z) { float s = dot(z, z); return vec3(2. * z, 1. + s) / (1. - s); }
`,G=`float angle(vec2 w) { return atan(abs(w.y) < 1e-7 ? 1e-7 : w.y, w.x); }
`,b={plane:{title:"Plane",space:"plane",units:"vec2(1.)",extent:[-1,1,-1,1],point:(o,e)=>[o,-e,1],glsl:"vec3 seen(vec2 w, out float inside) { inside = 1e9; return vec3(w.x, -w.y, 1.); }"},spiral:{title:"Spiral",space:"plane",units:"vec2(inversesqrt(max(s, 1e-12)))",extent:[-1,1,-1,1],point:(o,e)=>[Math.log(Math.max(Math.hypot(o,e),1e-9)),Math.atan2(e,o),1],glsl:`${G}vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      return vec3(log(max(length(w), 1e-9)), angle(w), 1.);
    }`},tunnel:{title:"Tunnel",space:"plane",units:"vec2(1.)",extent:[-1,1,-1,1],point:(o,e)=>[Math.hypot(o,e),Math.atan2(e,o),1],glsl:`${G}vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      return vec3(length(w), angle(w), 1.);
    }`},globe:{title:"Globe",space:"sphere",units:"vec2(inversesqrt(max(1. - s, 1e-4)), 1.)",extent:[-1.05,1.05,-1.05,1.05],point:(o,e)=>o*o+e*e<1?[Math.sqrt(1-o*o-e*e),o,e]:null,glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return vec3(sqrt(max(1. - dot(w, w), 0.)), w);
    }`},stereographic:{title:"Stereographic",space:"sphere",units:"vec2(2. / (1. + s))",extent:[-2,2,-2,2],point:(o,e)=>{let n=o*o+e*e;return[1-n,2*o,2*e].map(r=>r/(1+n))},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      float s = dot(w, w);
      return vec3(1. - s, 2. * w) / (1. + s);
    }`},poincare:{title:"Poincaré disc",space:"hyperbolic",units:"vec2(2. / max(1. - s, 1e-6))",extent:[-1,1,-1,1],point:S,glsl:`${U}vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return lift(w * min(1., .9999 / max(length(w), 1e-6)));
    }`},klein:{title:"Klein disc",space:"hyperbolic",units:"vec2(1., sqrt(max(1. - s, 1e-6))) / max(1. - s, 1e-6)",extent:[-1,1,-1,1],point:(o,e)=>{let n=o*o+e*e;return n<1?[o,e,1].map(r=>r/Math.sqrt(1-n)):null},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return vec3(w, 1.) / sqrt(max(1. - dot(w, w), 1e-6));
    }`},halfplane:{title:"Half-plane",space:"hyperbolic",units:"vec2(1. / max(w.y, 1e-6))",extent:[-2,2,0,4],point:(o,e)=>{if(e<=0)return null;let n=o*o+(e+1)**2;return S((o*o+e*e-1)/n,-2*o/n)},glsl:`${U}vec3 seen(vec2 w, out float inside) {
      inside = w.y;
      w.y = max(w.y, 1e-4);
      vec2 z = vec2(dot(w, w) - 1., -2. * w.x) / (w.x * w.x + (w.y + 1.) * (w.y + 1.));
      return lift(z * min(1., .99999 / max(length(z), 1e-6)));
    }`},band:{title:"Band",space:"hyperbolic",units:"vec2(1.5707963 / cos(1.5707963 * clamp(w.y, -.999, .999)))",extent:[-2,2,-1,1],point:(o,e)=>{if(Math.abs(e)>=1)return null;let n=Math.PI/2*o,r=Math.PI/2*e,t=Math.cosh(n)+Math.cos(r);return S(Math.sinh(n)/t,Math.sin(r)/t)},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - abs(w.y);
      vec2 a = 1.5707963 * vec2(clamp(w.x, -9., 9.), clamp(w.y, -.999, .999));
      return vec3(sinh(a.x), sin(a.y), cosh(a.x)) / cos(a.y);
    }`}};var X=[1,.71,.5,.35,.25,.18],me=160,de=1e3;function B(o,e,n,r=()=>!1){let t=0,s=0,i=!1;function l(){e(1,!0),o.dataset.drawn="finely"}function c(p){i=!1;let f=performance.now();e(X[t],!1);let u=performance.now()-f;u>24?t=Math.min(t+(u>96?2:1),X.length-1):u<8&&t&&(t-=1),clearTimeout(s),r(p)?h():s=setTimeout(l,Math.max(n()?de:me,3*u))}function h(){o.dataset.drawn="moving",i||requestAnimationFrame(c),i=!0}return matchMedia("(prefers-color-scheme: dark)").addEventListener("change",h),h}var A=(o,e)=>o.map(n=>n>0?e[n-1]:-e[-n-1]);function F(o){let e=[0,0,0];return o.forEach((n,r)=>e[Math.abs(n)-1]=n>0?r+1:-(r+1)),e}function K(o){let e=[[1,2,3]];for(let n of e)for(let r of o){let t=A(r,n);e.some(s=>`${s}`==`${t}`)||e.push(t)}return e}var W=(o,e)=>o.findIndex(n=>`${n}`==`${e}`),fe=o=>o.flatMap(e=>[1,2,3].map(n=>n===Math.abs(e)?Math.sign(e):0));function I(o,e,{product:n,inverse:r,image:t}){let s=fe(o);if(!e)return{matrix:s,shift:o.map(h=>h<0?1:0)};let i=e.axes.flat(),l=n(n(i,s),r(i)),c=t(l,e.mean);return{matrix:l,shift:e.mean.map((h,p)=>h-c[p])}}var V=`
uniform vec3 disc; // radius, centre
vec2 product(vec2 a, vec2 b) { return vec2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x); }
vec2 quotient(vec2 a, vec2 b) { return product(a, vec2(b.x, -b.y)) / dot(b, b); }
vec2 pixel(vec2 w) { return disc.yz + disc.x * vec2(w.x, -w.y); }
`,z=o=>`${V}
vec2 shown(vec3 p, out float density) {
  vec2 z = p.xy / (1. + p.z), w;
  float stretch = 1.;
  ${o}
  density = disc.x * stretch / (1. + p.z); // (1 − |z|²)/2 = 1/(1 + t)
  return pixel(w);
}`,L=o=>`
uniform vec2 size;
vec2 shown(vec3 p, out float density) { ${o} }`,Y=(o,e)=>`${V}
vec2 shown(vec3 p, out float density) {
  float r = ${o};
  density = disc.x * ${e};
  return pixel(r * vec2(cos(p.y), sin(p.y)));
}`,j={tiling:`
uniform vec4 period; // width, height of the picture's period; its skew; 1: a cell, 2: a domain
uniform vec4 cell; // a, b
uniform vec2 origin;
vec2 shown(vec3 p, out float density) {
  density = 1.;
  vec2 q = p.xy; // from the group's origin
  if (period.w == 0.) {
    q += origin;
    float n = floor(q.y / period.y);
    q -= n * vec2(period.z, period.y);
    return vec2(q.x - period.x * floor(q.x / period.x), q.y);
  }
  float size = cell.x * cell.w - cell.y * cell.z;
  vec2 k = vec2(q.x * cell.w - q.y * cell.z, q.y * cell.x - q.x * cell.y) / size;
  k = floor(k);
  q -= k.x * cell.xy + k.y * cell.zw;
  if (period.w == 2.) {
    vec2 best = q;
    for (int i = 0; i < 4; i++) {
      vec2 other = q - float(i & 1) * cell.xy - float(i >> 1) * cell.zw;
      if (dot(other, other) < dot(best, best)) best = other;
    }
    q = best;
  }
  return q + origin;
}`,strip:`
uniform vec3 strip; // width and height of the picture; the middle line, from above
vec2 shown(vec3 p, out float density) {
  density = 1.;
  return vec2(p.x - strip.x * floor(p.x / strip.x), p.y + strip.z);
}
float within(vec3 p) { // how far from the strip's edges
  float y = p.y + strip.z;
  return min(y, strip.y - y);
}`,spiral:Y("exp(p.x)","r"),tunnel:Y("p.x","1."),equirectangular:L(`
    density = size.y / 3.14159265;
    return size * vec2(.5 + atan(p.y, p.x) / 6.2831853, .5 - asin(clamp(p.z, -1., 1.)) / 3.14159265);`),cube:L(`
    vec3 a = abs(p);
    float face = size.y / 2.;
    float half_ = .5 / (face * texture_scale);
    vec2 st, at;
    if (a.x >= a.y && a.x >= a.z) {
      st = vec2(p.x > 0. ? -p.z : p.z, -p.y) / a.x;
      at = vec2(p.x > 0. ? 0. : 1., 0.);
    } else if (a.y >= a.z) {
      st = vec2(p.x, p.y > 0. ? p.z : -p.z) / a.y;
      at = p.y > 0. ? vec2(2., 0.) : vec2(0., 1.);
    } else {
      st = vec2(p.z > 0. ? p.x : -p.x, -p.y) / a.z;
      at = vec2(p.z > 0. ? 1. : 2., 1.);
    }
    density = face / 2. * max(a.x, max(a.y, a.z));
    return face * (at + clamp(.5 + .5 * st, half_, 1. - half_));`),octahedral:L(`
    vec3 q = p / (abs(p.x) + abs(p.y) + abs(p.z));
    if (q.z < 0.) q.xy = (1. - abs(q.yx)) * vec2(q.x < 0. ? -1. : 1., q.y < 0. ? -1. : 1.);
    density = size.y / 2.;
    return size * vec2(.5 + .5 * q.x, .5 - .5 * q.y);`),poincare:z("w = z;"),klein:z("w = 2. * z / (1. + dot(z, z)); stretch = 2. / (1. + dot(z, z));"),halfplane:z(`
    vec2 v = vec2(1., 0.) - z;
    w = quotient(product(vec2(0., 1.), vec2(1., 0.) + z), v);
    stretch = 2. / dot(v, v);`),band:z(`
    w = vec2(asinh(p.x / sqrt(1. + p.y * p.y)), atan(p.y)) / 1.5707963;
    stretch = 1.2732395 / length(vec2(1., 0.) - product(z, z));`),square:z("w = z * length(z) / max(max(abs(z.x), abs(z.y)), 1e-9); stretch = 1.2;"),conformal:z(`
    vec2 s = product(product(z, z), product(z, z)), power = vec2(1., 0.), sum = power;
    float a = 1.;
    for (int n = 1; n < 40; n++) {
      a *= -(float(n) - .5) / float(n);
      power = product(power, s);
      sum += a / float(4 * n + 1) * power;
    }
    w = 1.0787052 * product(z, sum);
    stretch = 1.0787052;`)};var Q=`#version 300 es
void main() { gl_Position = vec4(gl_VertexID == 1 ? 3. : -1., gl_VertexID == 2 ? 3. : -1., 0., 1.); }`,ue={plane:"p",sphere:"normalize(p)",hyperbolic:"vec3(p.xy, sqrt(1. + dot(p.xy, p.xy)))"},ve={plane:"vec3(1., 1., 0.)",sphere:"vec3(1.)",hyperbolic:"vec3(1., 1., -1.)"};function J({model:o,source:e,sides:n,lines:r,centres:t,colours:s,logits:i,direct:l,fine:c,spare:h}){let{space:p,glsl:f,units:u}=b[o],a=d=>Math.max(d,1);return`#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D paint;
uniform mat3 motion, tint;
uniform vec3 tint_shift, mean, paper, screen; // screen: pixels per unit, the place of w = 0
uniform vec2 paint_offset, paint_size;
uniform float texture_scale, height, area, soft, change;
uniform vec3 side[${a(n)}], line[${a(r)}], centre[${a(t)}];
uniform mat3 pairing[${a(n)}], colour[${s}];
uniform vec3 shift[${s}];
uniform int next[${a(n)*s}], order[${a(t)}], kind[${a(r)}];
uniform int base;
uniform ivec4 overlay; // mirrors, centres, domain
out vec4 result;
${f}
vec2 units(vec2 w) { float s = dot(w, w); return ${u}; }
${j[e]}

vec3 logit(vec3 v) { v = clamp(v, 1e-4, 1. - 1e-4); return log(v / (1. - v)); }
vec3 act(mat3 m, vec3 t, vec3 v) {
  ${i?"return 1. / (1. + exp(-(m * logit(v) + t)));":"return m * v + t;"}
}

vec3 read(vec2 at, float lod) {
  at = (at + paint_offset) * texture_scale;
  ${c?`if (lod <= 0.) { // Catmull and Rom's spline, in nine bilinear reads
    vec2 f = fract(at - .5), c = at - f;
    vec2 w0 = f * (-.5 + f * (1. - .5 * f)), w1 = 1. + f * f * (1.5 * f - 2.5);
    vec2 w2 = f * (.5 + f * (2. - 1.5 * f)), w3 = f * f * (.5 * f - .5);
    vec2 w12 = w1 + w2, c12 = c + w2 / w12, c0 = c - 1., c3 = c + 2.;
    vec3 sum = vec3(0.);
    #define ADD(x, y, w) sum += (w) * textureLod(paint, vec2(x, y) / paint_size, 0.).rgb
    ADD(c0.x, c0.y, w0.x * w0.y); ADD(c12.x, c0.y, w12.x * w0.y); ADD(c3.x, c0.y, w3.x * w0.y);
    ADD(c0.x, c12.y, w0.x * w12.y); ADD(c12.x, c12.y, w12.x * w12.y); ADD(c3.x, c12.y, w3.x * w12.y);
    ADD(c0.x, c3.y, w0.x * w3.y); ADD(c12.x, c3.y, w12.x * w3.y); ADD(c3.x, c3.y, w3.x * w3.y);
    return clamp(sum, 0., 1.);
  }`:""}
  return textureLod(paint, at / paint_size, lod).rgb;
}

vec3 painted(vec3 p, float footprint) {
  float density;
  vec2 at = shown(p, density);
  // half a level finer than a whole pixel's mean, which would be blurred twice
  return read(at, log2(max(footprint * density * texture_scale, 1e-3)) - .5);
}

vec3 on_space(vec3 p) { return ${ue[p]}; }
float metric(vec3 d) { return sqrt(max(dot(d * d, ${ve[p]}), 0.)); }

void main() {
  vec2 w = (vec2(gl_FragCoord.x, height - gl_FragCoord.y) - screen.yz) / screen.x * vec2(1., -1.);
  float inside;
  vec3 near = seen(w, inside);
  vec2 across_pixel = units(w) / screen.x;
  float footprint = max(across_pixel.x, across_pixel.y);
  float cover = clamp(inside * screen.x + .5, 0., 1.);
  // A machine without a GPU draws some pixels at once and leaves a loop, but no branch, when none
  // of them needs it: outside, and where domains are too small to be seen, no step is made.
  bool seen_well = ${p==="hyperbolic"?"cover > 0. && sqrt(area) > .75 * footprint":"cover > 0."};
  vec3 p = on_space(motion * near), y = p;
  ${e==="strip"?"cover *= clamp(within(p) / footprint + .5, 0., 1.);":""}
  int code = base, passed = 0;
  ${n&&(!l||h)?`
  for (int i = 0; i < 256 && seen_well; i++) {
    int worst = -1;
    float least = -2e-6 * (1. + abs(y.z)) - ${p==="plane"?"2e-6 * (abs(y.x) + abs(y.y))":"0."};
    for (int s = 0; s < ${n}; s++) {
      float depth = dot(side[s], y);
      if (depth < least) { least = depth; worst = s; }
    }
    if (worst < 0) break;
    y = on_space(pairing[worst] * y);
    code = next[worst * ${s} + code];
    passed++;
  }`:""}
  ${l?"vec3 c = painted(p, footprint);":`
  vec3 c = painted(y, footprint);
  if (soft > 0.) { // a little of the neighbour across the nearest side: no cut where they meet
    float a = 1e9, b = 1e9;
    int across = 0;
    for (int s = 0; s < ${n}; s++) {
      float depth = max(dot(side[s], y), 0.);
      if (depth < a) { b = a; a = depth; across = s; } else if (depth < b) b = depth;
    }
    float x = max(1. - a / max(b, 1e-9) - a / soft, 0.) * .5;
    float share = x * x * (3. - 2. * x);
    for (int i = 0; i < 1 && seen_well && share > 0.; i++) {
      vec3 other = painted(on_space(pairing[across] * y), footprint);
      int through = next[across * ${s}];
      c = mix(c, act(colour[through], shift[through], other), share);
    }
  }
  c = act(colour[code], shift[code], c);
  ${p==="hyperbolic"?"c = mix(mean, c, smoothstep(.75, 2.5, sqrt(area) / footprint));":""}`}
  if (change > 0.) c = mix(c, act(tint, tint_shift, c), change);
  ${h?`
  if (overlay.z == 1 && passed > 0) c = mix(c, vec3(1.), .55);
  float strength = ${p==="hyperbolic"?"smoothstep(3., 12., sqrt(area) / footprint)":"1."};
  vec3 ink = vec3(.07, .07, .1);
  float pen = 1.3 * min(across_pixel.x, across_pixel.y);
  if (overlay.z == 1)
    for (int s = 0; s < ${a(n)}; s++) {
      float d = abs(dot(side[s], y));
      c = mix(c, vec3(1., .69, 0.), strength * .8 * (1. - smoothstep(.6 * pen, 1.2 * pen, d)));
    }
  if (overlay.x == 1)
    for (int s = 0; s < ${r}; s++) {
      float d = abs(dot(line[s], y));
      c = mix(c, vec3(1.), strength * (1. - smoothstep(1.6 * pen, 2.4 * pen, d)));
      vec3 shade = kind[s] == 1 ? vec3(.1, .25, .75) : ink;
      c = mix(c, shade, strength * (1. - smoothstep(.6 * pen, 1.3 * pen, d)));
    }
  if (overlay.y == 1)
    for (int s = 0; s < ${t}; s++) {
      vec3 apart = y - centre[s];
      float d = metric(apart), r = pen * 4.5, up_to = r * (order[s] == 2 ? .8 : order[s] == 3 ? .95 : 1.1);
      vec3 shade = order[s] == 2 ? vec3(.75, 0., .16) : order[s] == 3 ? vec3(0., .45, .25)
        : order[s] == 4 ? vec3(.1, .25, .75) : order[s] == 6 ? vec3(.5, .1, .55) : ink;
      c = mix(c, vec3(1.), strength * (1. - smoothstep(up_to + pen * .8, up_to + pen * 1.6, d)));
      c = mix(c, shade, strength * (1. - smoothstep(up_to - pen * .5, up_to + pen * .3, d)));
    }`:""}
  result = vec4(cover > 0. ? mix(paper, c, cover) : paper, 1.);
}`}var T=[1,0,0,0,1,0,0,0,1],x=(o,e)=>o.map((n,r)=>{let t=3*Math.floor(r/3),s=r%3;return o[t]*e[s]+o[t+1]*e[s+3]+o[t+2]*e[s+6]}),_=(o,e)=>[0,3,6].map(n=>o[n]*e[0]+o[n+1]*e[1]+o[n+2]*e[2]),P=(o,e)=>o[0]*e[0]+o[1]*e[1]+o[2]*e[2];function Z([o,e,n,r,t,s,i,l,c]){let h=[t*c-s*l,n*l-e*c,e*s-n*t,s*i-r*c,o*c-n*i,n*r-o*s,r*l-t*i,e*i-o*l,o*t-e*r],p=o*h[0]+e*h[3]+n*h[6];return h.map(f=>f/p)}function ee(o){let n=o.map(s=>s/256),r=T,t=T;for(let s=1;s<12;s++)r=x(r,n).map(i=>i/s),t=t.map((i,l)=>i+r[l]);for(let s=0;s<8;s++)t=x(t,t);return t}var te={product:x,inverse:Z,image:_},xe=o=>[0,3,6,1,4,7,2,5,8].map(e=>o[e]),D=class{constructor(e,n,r){let t=e.getContext("webgl2",{antialias:!1,alpha:!1});if(!t)throw new Error("This browser has no WebGL 2.");Object.assign(this,{canvas:e,gl:t,data:n,programs:new Map}),t.bindTexture(t.TEXTURE_2D,t.createTexture()),t.pixelStorei(t.UNPACK_COLORSPACE_CONVERSION_WEBGL,t.NONE),t.texImage2D(t.TEXTURE_2D,0,t.RGBA8,t.RGBA,t.UNSIGNED_BYTE,r),t.generateMipmap(t.TEXTURE_2D),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_MIN_FILTER,t.LINEAR_MIPMAP_LINEAR),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_WRAP_S,t.CLAMP_TO_EDGE),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_WRAP_T,t.CLAMP_TO_EDGE),this.size=[r.width,r.height]}draw(e,n){let{gl:r,canvas:t,data:s}=this,{symmetry:i}=e,l=e.overlay.some(Boolean),c=[e.model,i.name,n,l].join();this.programs.has(c)||this.programs.set(c,this.#t(e,n,l));let{program:h,set:p}=this.programs.get(c);r.useProgram(h),r.viewport(0,0,t.width,t.height),p.mat3("motion",[e.motion]),p.num("screen",[e.scale,...e.middle]),p.num("height",[t.height]),p.int("base",[e.base]),p.int("overlay",[...e.overlay,0]),p.num("change",[e.change]),p.num("paper",we());let f=I(e.tint,s.frame,te);p.mat3("tint",[f.matrix]),p.num("tint_shift",f.shift),r.drawArrays(r.TRIANGLES,0,3)}finish(){let{gl:e}=this;e.readPixels(0,0,1,1,e.RGBA,e.UNSIGNED_BYTE,new Uint8Array(4))}#t({model:e,symmetry:n},r,t){let{gl:s,data:i}=this,{sides:l,lines:c,centres:h,palette:p}=n,f=s.createProgram(),u=J({model:e,fine:r,spare:t,source:i.source.name,direct:n.direct,logits:!!i.frame,sides:l.length,lines:c.length,centres:h.length,colours:p.length});for(let[m,v]of[[s.VERTEX_SHADER,Q],[s.FRAGMENT_SHADER,u]]){let w=s.createShader(m);if(s.shaderSource(w,v),s.compileShader(w),!s.getShaderParameter(w,s.COMPILE_STATUS))throw new Error(s.getShaderInfoLog(w));s.attachShader(f,w)}if(s.linkProgram(f),!s.getProgramParameter(f,s.LINK_STATUS))throw new Error(s.getProgramInfoLog(f));s.useProgram(f);let a=ge(s,f),d=p.map(m=>I(m,i.frame,te));a.vec3("side",l.map(m=>m.covector)),a.mat3("pairing",l.map(m=>m.matrix)),a.int("next",l.flatMap(m=>m.next)),a.mat3("colour",d.map(m=>m.matrix)),a.vec3("shift",d.map(m=>m.shift)),a.vec3("line",c.map(m=>m.covector)),a.int("kind",c.map(m=>Number(m.glide))),a.vec3("centre",h.map(m=>m.place)),a.int("order",h.map(m=>m.order)),a.num("soft",[n.soft]),a.num("area",[n.area]),a.num("mean",n.mean),a.num("paint_offset",i.texture.offset),a.num("paint_size",this.size),a.num("texture_scale",[i.texture.scale]);for(let[m,v]of Object.entries(i.source.numbers))a.num(m,v);return{program:f,set:a}}};function we(){let[o,e,n]=getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g);return[o,e,n].map(r=>r/255)}function ge(o,e){let n=r=>o.getUniformLocation(e,r);return{num:(r,t)=>o[`uniform${t.length}fv`](n(r),t),vec3:(r,t)=>t.length&&o.uniform3fv(n(r),t.flat()),mat3:(r,t)=>t.length&&o.uniformMatrix3fv(n(r),!1,t.flatMap(xe)),int:(r,t)=>{r==="overlay"?o.uniform4iv(n(r),t):t.length&&o.uniform1iv(n(r),t)}}}var R={plane:null,sphere:[1,1,1],hyperbolic:[1,1,-1]},$=(o,e,n)=>P(e,n.map((r,t)=>o[t]*r));function oe(o,e){if(o==="plane")return[-1,0,2*e[0],0,-1,2*e[1],0,0,1];let n=R[o],r=2/$(n,e,e);return[0,1,2].flatMap(t=>[0,1,2].map(s=>r*e[t]*e[s]*n[s]-(t===s)))}function ye(o,e,n){let r=e.map((s,i)=>s+n[i]);if(o==="plane")return r.map(s=>s/2);let t=Math.sqrt(Math.abs($(R[o],r,r)));return r.map(s=>s/t)}function k(o,e,n,r){return r(oe(o,ye(o,e,n)),oe(o,e))}function ne(o){let e=Math.cos(o),n=Math.sin(o);return[e,-n,0,n,e,0,0,0,1]}function O(o,e){if(o==="plane")return e;let n=R[o],r=[2,0,1].map(c=>[e[c],e[c+3],e[c+6]]),t=[];for(let c of r){for(let p of t){let f=$(n,c,p)/$(n,p,p);c=c.map((u,a)=>u-f*p[a])}let h=Math.sqrt(Math.abs($(n,c,c)));t.push(c.map(p=>p/h))}let[s,i,l]=t;return[0,1,2].flatMap(c=>[i[c],l[c],s[c]])}function re(o,e,n){let r=null,t=e,s=[];for(let i=0;i<500;i++){let l=o.map(p=>P(p.covector,t)),c=Math.min(...l);if(!(c<-1e-9*(1+Math.max(...t.map(Math.abs)))))break;let h=l.indexOf(c);t=_(o[h].matrix,t),r=r?n(o[h].matrix,r):o[h].matrix,s.push(h)}return{element:r,passed:s}}var be={hyperbolic:30,spiral:12},q=class{constructor(e){this.data=e,this.model=e.models[0],this.overlay=[0,0,0],this.change=0,this.tint=[1,2,3],this.moved=T;for(let n of e.symmetries){n.palette=K(n.sides.map(r=>r.colour));for(let r of n.sides){let t=F(r.colour);r.next=n.palette.map(s=>W(n.palette,A(s,t)))}}this.symmetry=e.symmetries[0],this.reset()}get space(){return b[this.model].space}get polar(){return this.model==="spiral"||this.model==="tunnel"}reset(){this.view=this.data.start,this.zoomed=1,this.base=0}placed(e,n){let[r,t,s,i]=b[this.model].extent.map(p=>p*this.data.unit),l=this.zoomed*Math.min(e/(t-r),n/(i-s)),c=(r+t)/2,h=(s+i)/2;return{scale:l,middle:[e/2-l*c,n/2+l*h]}}#t([e,n],[r,t]){let{scale:s,middle:i}=this.placed(r,t);return b[this.model].point((e-i[0])/s,(i[1]-n)/s)}drag(e,n,r){let t=this.#t(e,r),s=this.#t(n,r);!t||!s||(this.polar&&Math.abs(s[1]-t[1])>Math.PI&&(s[1]+=t[1]>s[1]?2*Math.PI:-2*Math.PI),this.#e(k(this.space,s,t,x)))}zoom(e,n,r){if(this.polar)return this.#e([1,0,-Math.log(e),0,1,0,0,0,1]);let t=this.space==="plane"&&this.#t(n,r);this.zoomed=Math.min(Math.max(this.zoomed*e,.1),40),t&&this.#e(k("plane",this.#t(n,r),t,x))}turn(e){if(this.polar)return this.#e([1,0,0,0,1,-e,0,0,1]);if(this.space==="sphere"){let n=Math.cos(e),r=Math.sin(e);return this.#e([1,0,0,0,n,r,0,-r,n])}this.#e(ne(this.space==="plane"?e:-e))}nudge(e,n,r){if(this.polar)return this.#e([1,0,-.1*n,0,1,-.1*e,0,0,1]);let t=r.map(i=>i/2),s=.12*Math.min(...r);this.drag(t,[t[0]-s*e,t[1]+s*n],r)}choose(e){this.symmetry=this.data.symmetries.find(n=>n.name===e),this.base=0}show(e,n,r){let t=(1+Math.cos(Math.PI*n))/2,s=T.map((i,l)=>t*i+(1-t)*e.mirror[l]);this.moved=x(s,ee(e.log.map(i=>-n*i))),this.tint=e.colour,this.change=r}get motion(){return x(this.moved,this.view)}#e(e){this.view=O(this.space,x(this.view,e));let n=_(this.view,[0,0,1]);if(this.data.periods){let[r,t]=this.data.periods,s=r[0]*t[1]-r[1]*t[0],i=Math.round((n[0]*t[1]-n[1]*t[0])/s),l=Math.round((n[1]*r[0]-n[0]*r[1])/s);if(Math.abs(i)+Math.abs(l)<4)return;this.view=x([1,0,-i*r[0]-l*t[0],0,1,-i*r[1]-l*t[1],0,0,1],this.view)}else if(Math.max(n[2],Math.abs(n[0]))>be[this.polar?"spiral":this.space]){let{element:r,passed:t}=re(this.symmetry.sides,n,x);if(!r)return;this.view=O(this.space,x(r,this.view));for(let s of t)this.base=this.symmetry.sides[s].next[this.base]}}};var y=o=>document.getElementById(o),M=JSON.parse(y("data").textContent),g=y("picture");function Me(o){return new Promise((e,n)=>{let r=new Image;r.onload=()=>e(r),r.onerror=()=>n(new Error("The picture cannot be read.")),r.src=o})}async function Ee(){let o=new D(g,M,await Me(M.texture.data)),e=new q(M),n=null,r=()=>[g.clientWidth,g.clientHeight];function t(a,d){let[m,v]=r().map(he=>Math.max(1,Math.round(he*a*window.devicePixelRatio)));(g.width!==m||g.height!==v)&&Object.assign(g,{width:m,height:v});let{model:w,symmetry:E,motion:ae,base:ie,overlay:ce,change:le,tint:pe}=e;o.draw({model:w,symmetry:E,motion:ae,base:ie,overlay:ce,change:le,tint:pe,...e.placed(m,v)},d),o.finish()}let s=B(g,t,()=>l(),a=>(n?.(a),n!==null)),i=a=>(...d)=>{a(...d),s()},l=N(g,{drag:i((a,d)=>e.drag(a,d,r())),zoom:i((a,d=r().map(m=>m/2))=>e.zoom(a,d,r())),turn:i(a=>e.turn(a)),nudge:i((a,d)=>e.nudge(a,d,r())),reset:i(()=>e.reset()),release:s});window.addEventListener("resize",s),se("model",M.models.map(a=>[a,b[a].title]),i(a=>e.model=a));let c=["mirrors","centres","domain"].map(y);c.forEach((a,d)=>a.addEventListener("change",i(()=>e.overlay[d]=Number(a.checked))));function h(a){e.choose(a),[e.symmetry.lines,e.symmetry.centres].forEach((d,m)=>c[m].disabled=!d.length)}se("symmetry",M.symmetries.map(a=>[a.name,a.title]),i(h)),h(e.symmetry.name),y("reset").addEventListener("click",i(()=>e.reset()));function p(a){let d=performance.now();n=m=>{let v=(m-d)/1e3,w=E=>E<0?0:E>1?1:E*E*(3-2*E);e.show(a,v<3.4?w(v/1.6):0,v<3.4?w((v-2)/1):0),v>=3.4&&(n=null)},s()}for(let a of M.moves){let d=document.createElement("button");d.type="button",d.textContent=a.name,d.title=a.title,d.setAttribute("aria-label",`Show ${a.name}: ${a.title}`),d.addEventListener("click",()=>p(a)),y("moves").append(d)}y("moves").hidden=!M.moves.length;let f=y("zoom");f.parentElement.hidden=!e.polar;function u(){let a=performance.now();n=f.checked?d=>{e.zoom(Math.exp((d-a)/4e3)),a=d}:null,s()}f.addEventListener("change",u),f.checked=e.polar&&!matchMedia("(prefers-reduced-motion: reduce)").matches,f.checked&&u(),s()}function se(o,e,n){let r=y(o);for(let[t,s]of e)r.append(new Option(s,t));r.addEventListener("change",()=>n(r.value)),r.parentElement.hidden=e.length<2}Ee().catch(o=>{let e=y("problem");e.textContent=`${o.message} Here is the picture as it is.`,e.hidden=!1;let n=Object.assign(new Image,{src:M.texture.data,alt:g.getAttribute("aria-label")});g.replaceWith(n)});})();
