/* sources d5ae7144d7755ee32f0de045a0e23893008b1049062063cb59b7b451341af4c1; licences: LICENSES.txt */
(()=>{var G={ArrowLeft:o=>o.nudge(-1,0),ArrowRight:o=>o.nudge(1,0),ArrowUp:o=>o.nudge(0,1),ArrowDown:o=>o.nudge(0,-1),"+":o=>o.zoom(1.15),"=":o=>o.zoom(1.15),"-":o=>o.zoom(.8695652173913044),q:o=>o.turn(Math.PI/24),e:o=>o.turn(-Math.PI/24),0:o=>o.reset(),Home:o=>o.reset()};function X(o,e){let n=new Map,s=t=>{let r=o.getBoundingClientRect();return[t.clientX-r.left,t.clientY-r.top]};o.addEventListener("pointerdown",t=>{o.setPointerCapture(t.pointerId),n.set(t.pointerId,s(t))}),o.addEventListener("pointermove",t=>{let r=n.get(t.pointerId);if(!r)return;let i=s(t),p=[...n].find(([l])=>l!==t.pointerId)?.[1];if(p){let[l,h]=[0,1].map(v=>r[v]-p[v]),[c,f]=[0,1].map(v=>i[v]-p[v]);e.zoom(Math.hypot(c,f)/Math.max(Math.hypot(l,h),1),p),e.turn(Math.atan2(h,l)-Math.atan2(f,c))}else e.drag(r,i);n.set(t.pointerId,i)});for(let t of["pointerup","pointercancel"])o.addEventListener(t,r=>{n.delete(r.pointerId),e.release()});return o.addEventListener("wheel",t=>{t.preventDefault(),e.zoom(Math.exp(-Math.sign(t.deltaY)*Math.min(Math.abs(t.deltaY),100)/600),s(t))},{passive:!1}),o.addEventListener("keydown",t=>{t.ctrlKey||t.metaKey||t.altKey||!(t.key in G)||(t.preventDefault(),G[t.key](e))}),()=>n.size>0}var L=(o,e)=>{let n=o*o+e*e;return n<1?[2*o,2*e,1+n].map(s=>s/(1-n)):null},B=`vec3 lift(vec2 z) { float s = dot(z, z); return vec3(2. * z, 1. + s) / (1. - s); }
`,F=`float angle(vec2 w) { return atan(abs(w.y) < 1e-7 ? 1e-7 : w.y, w.x); }
`,b={plane:{title:"Plane",space:"plane",units:"vec2(1.)",extent:[-1,1,-1,1],point:(o,e)=>[o,-e,1],glsl:"vec3 seen(vec2 w, out float inside) { inside = 1e9; return vec3(w.x, -w.y, 1.); }"},spiral:{title:"Spiral",space:"plane",units:"vec2(inversesqrt(max(s, 1e-12)))",extent:[-1,1,-1,1],point:(o,e)=>[Math.log(Math.max(Math.hypot(o,e),1e-9)),Math.atan2(e,o),1],glsl:`${F}vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      return vec3(log(max(length(w), 1e-9)), angle(w), 1.);
    }`},tunnel:{title:"Tunnel",space:"plane",units:"vec2(1.)",extent:[-1,1,-1,1],point:(o,e)=>[Math.hypot(o,e),Math.atan2(e,o),1],glsl:`${F}vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      return vec3(length(w), angle(w), 1.);
    }`},globe:{title:"Globe",space:"sphere",units:"vec2(inversesqrt(max(1. - s, 1e-4)), 1.)",extent:[-1.05,1.05,-1.05,1.05],point:(o,e)=>o*o+e*e<1?[Math.sqrt(1-o*o-e*e),o,e]:null,glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return vec3(sqrt(max(1. - dot(w, w), 0.)), w);
    }`},stereographic:{title:"Stereographic",space:"sphere",units:"vec2(2. / (1. + s))",extent:[-2,2,-2,2],point:(o,e)=>{let n=o*o+e*e;return[1-n,2*o,2*e].map(s=>s/(1+n))},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      float s = dot(w, w);
      return vec3(1. - s, 2. * w) / (1. + s);
    }`},poincare:{title:"Poincaré disc",space:"hyperbolic",units:"vec2(2. / max(1. - s, 1e-6))",extent:[-1,1,-1,1],point:L,glsl:`${B}vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return lift(w * min(1., .9999 / max(length(w), 1e-6)));
    }`},klein:{title:"Klein disc",space:"hyperbolic",units:"vec2(1., sqrt(max(1. - s, 1e-6))) / max(1. - s, 1e-6)",extent:[-1,1,-1,1],point:(o,e)=>{let n=o*o+e*e;return n<1?[o,e,1].map(s=>s/Math.sqrt(1-n)):null},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return vec3(w, 1.) / sqrt(max(1. - dot(w, w), 1e-6));
    }`},halfplane:{title:"Half-plane",space:"hyperbolic",units:"vec2(1. / max(w.y, 1e-6))",extent:[-2,2,0,4],point:(o,e)=>{if(e<=0)return null;let n=o*o+(e+1)**2;return L((o*o+e*e-1)/n,-2*o/n)},glsl:`${B}vec3 seen(vec2 w, out float inside) {
      inside = w.y;
      w.y = max(w.y, 1e-4);
      vec2 z = vec2(dot(w, w) - 1., -2. * w.x) / (w.x * w.x + (w.y + 1.) * (w.y + 1.));
      return lift(z * min(1., .99999 / max(length(z), 1e-6)));
    }`},band:{title:"Band",space:"hyperbolic",units:"vec2(1.5707963 / cos(1.5707963 * clamp(w.y, -.999, .999)))",extent:[-2,2,-1,1],point:(o,e)=>{if(Math.abs(e)>=1)return null;let n=Math.PI/2*o,s=Math.PI/2*e,t=Math.cosh(n)+Math.cos(s);return L(Math.sinh(n)/t,Math.sin(s)/t)},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - abs(w.y);
      vec2 a = 1.5707963 * vec2(clamp(w.x, -9., 9.), clamp(w.y, -.999, .999));
      return vec3(sinh(a.x), sin(a.y), cosh(a.x)) / cos(a.y);
    }`}};var P=(o,e)=>o.map(n=>n>0?e[n-1]:-e[-n-1]);function H(o){let e=[0,0,0];return o.forEach((n,s)=>e[Math.abs(n)-1]=n>0?s+1:-(s+1)),e}function K(o){let e=[[1,2,3]];for(let n of e)for(let s of o){let t=P(s,n);e.some(r=>`${r}`==`${t}`)||e.push(t)}return e}var Y=(o,e)=>o.findIndex(n=>`${n}`==`${e}`),fe=o=>o.flatMap(e=>[1,2,3].map(n=>n===Math.abs(e)?Math.sign(e):0));function R(o,e,{product:n,inverse:s,image:t}){let r=fe(o);if(!e)return{matrix:r,shift:o.map(h=>h<0?1:0)};let i=e.axes.flat(),p=n(n(i,r),s(i)),l=t(p,e.mean);return{matrix:p,shift:e.mean.map((h,c)=>h-l[c])}}var j=`
uniform vec3 disc; // radius, centre
vec2 product(vec2 a, vec2 b) { return vec2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x); }
vec2 quotient(vec2 a, vec2 b) { return product(a, vec2(b.x, -b.y)) / dot(b, b); }
vec2 pixel(vec2 w) { return disc.yz + disc.x * vec2(w.x, -w.y); }
`,_=o=>`${j}
vec2 shown(vec3 p, out float density) {
  vec2 z = p.xy / (1. + p.z), w;
  float stretch = 1.;
  ${o}
  density = disc.x * stretch / (1. + p.z); // (1 − |z|²)/2 = 1/(1 + t)
  return pixel(w);
}`,k=o=>`
uniform vec2 size;
vec2 shown(vec3 p, out float density) { ${o} }`,W=(o,e)=>`${j}
vec2 shown(vec3 p, out float density) {
  float r = ${o};
  density = disc.x * ${e};
  return pixel(r * vec2(cos(p.y), sin(p.y)));
}`,J={tiling:`
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
}`,spiral:W("exp(p.x)","r"),tunnel:W("p.x","1."),equirectangular:k(`
    density = size.y / 3.14159265;
    return size * vec2(.5 + atan(p.y, p.x) / 6.2831853, .5 - asin(clamp(p.z, -1., 1.)) / 3.14159265);`),cube:k(`
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
    return face * (at + clamp(.5 + .5 * st, half_, 1. - half_));`),octahedral:k(`
    vec3 q = p / (abs(p.x) + abs(p.y) + abs(p.z));
    if (q.z < 0.) q.xy = (1. - abs(q.yx)) * vec2(q.x < 0. ? -1. : 1., q.y < 0. ? -1. : 1.);
    density = size.y / 2.;
    return size * vec2(.5 + .5 * q.x, .5 - .5 * q.y);`),poincare:_("w = z;"),klein:_("w = 2. * z / (1. + dot(z, z)); stretch = 2. / (1. + dot(z, z));"),halfplane:_(`
    vec2 v = vec2(1., 0.) - z;
    w = quotient(product(vec2(0., 1.), vec2(1., 0.) + z), v);
    stretch = 2. / dot(v, v);`),band:_(`
    w = vec2(asinh(p.x / sqrt(1. + p.y * p.y)), atan(p.y)) / 1.5707963;
    stretch = 1.2732395 / length(vec2(1., 0.) - product(z, z));`),square:_("w = z * length(z) / max(max(abs(z.x), abs(z.y)), 1e-9); stretch = 1.2;"),conformal:_(`
    vec2 s = product(product(z, z), product(z, z)), power = vec2(1., 0.), sum = power;
    float a = 1.;
    for (int n = 1; n < 40; n++) {
      a *= -(float(n) - .5) / float(n);
      power = product(power, s);
      sum += a / float(4 * n + 1) * power;
    }
    w = 1.0787052 * product(z, sum);
    stretch = 1.0787052;`)};var Q=`#version 300 es
void main() { gl_Position = vec4(gl_VertexID == 1 ? 3. : -1., gl_VertexID == 2 ? 3. : -1., 0., 1.); }`,ue={plane:"p",sphere:"normalize(p)",hyperbolic:"vec3(p.xy, sqrt(1. + dot(p.xy, p.xy)))"},ve={plane:"vec3(1., 1., 0.)",sphere:"vec3(1.)",hyperbolic:"vec3(1., 1., -1.)"};function Z({model:o,source:e,sides:n,lines:s,centres:t,colours:r,logits:i,direct:p,fine:l,spare:h}){let{space:c,glsl:f,units:v}=b[o],m=M=>Math.max(M,1);return`#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D paint;
uniform mat3 motion, tint;
uniform vec3 tint_shift, mean, screen; // screen: pixels per unit, the place of w = 0
uniform vec2 paint_offset, paint_size;
uniform float texture_scale, height, area, soft, change;
uniform vec3 side[${m(n)}], line[${m(s)}], centre[${m(t)}];
uniform mat3 pairing[${m(n)}], colour[${r}];
uniform vec3 shift[${r}];
uniform int next[${m(n)*r}], order[${m(t)}], kind[${m(s)}];
uniform int base;
uniform ivec4 overlay; // mirrors, centres, domain
out vec4 result;
${f}
vec2 units(vec2 w) { float s = dot(w, w); return ${v}; }
${J[e]}

vec3 logit(vec3 v) { v = clamp(v, 1e-4, 1. - 1e-4); return log(v / (1. - v)); }
vec3 act(mat3 m, vec3 t, vec3 v) {
  ${i?"return 1. / (1. + exp(-(m * logit(v) + t)));":"return m * v + t;"}
}

vec3 read(vec2 at, float lod) {
  at = (at + paint_offset) * texture_scale;
  ${l?`if (lod <= 0.) { // Catmull and Rom's spline, in nine bilinear reads
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

vec3 on_space(vec3 p) { return ${ue[c]}; }
float metric(vec3 d) { return sqrt(max(dot(d * d, ${ve[c]}), 0.)); }

void main() {
  vec2 w = (vec2(gl_FragCoord.x, height - gl_FragCoord.y) - screen.yz) / screen.x * vec2(1., -1.);
  float inside;
  vec3 near = seen(w, inside);
  vec2 across_pixel = units(w) / screen.x;
  float footprint = max(across_pixel.x, across_pixel.y);
  float cover = clamp(inside * screen.x + .5, 0., 1.);
  // A machine without a GPU draws some pixels at once and leaves a loop, but no branch, when none
  // of them needs it: outside, and where domains are too small to be seen, no step is made.
  bool seen_well = ${c==="hyperbolic"?"cover > 0. && sqrt(area) > .75 * footprint":"cover > 0."};
  vec3 p = on_space(motion * near), y = p;
  ${e==="strip"?"cover *= clamp(within(p) / footprint + .5, 0., 1.);":""}
  int code = base, passed = 0;
  ${n&&(!p||h)?`
  for (int i = 0; i < 256 && seen_well; i++) {
    int worst = -1;
    float least = -2e-6 * (1. + abs(y.z)) - ${c==="plane"?"2e-6 * (abs(y.x) + abs(y.y))":"0."};
    for (int s = 0; s < ${n}; s++) {
      float depth = dot(side[s], y);
      if (depth < least) { least = depth; worst = s; }
    }
    if (worst < 0) break;
    y = on_space(pairing[worst] * y);
    code = next[worst * ${r} + code];
    passed++;
  }`:""}
  ${p?"vec3 c = painted(p, footprint);":`
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
      int through = next[across * ${r}];
      c = mix(c, act(colour[through], shift[through], other), share);
    }
  }
  c = act(colour[code], shift[code], c);
  ${c==="hyperbolic"?"c = mix(mean, c, smoothstep(.75, 2.5, sqrt(area) / footprint));":""}`}
  if (change > 0.) c = mix(c, act(tint, tint_shift, c), change);
  ${h?`
  if (overlay.z == 1 && passed > 0) c = mix(c, vec3(1.), .55);
  float strength = ${c==="hyperbolic"?"smoothstep(3., 12., sqrt(area) / footprint)":"1."};
  vec3 ink = vec3(.07, .07, .1);
  float pen = 1.3 * min(across_pixel.x, across_pixel.y);
  if (overlay.z == 1)
    for (int s = 0; s < ${m(n)}; s++) {
      float d = abs(dot(side[s], y));
      c = mix(c, vec3(1., .69, 0.), strength * .8 * (1. - smoothstep(.6 * pen, 1.2 * pen, d)));
    }
  if (overlay.x == 1)
    for (int s = 0; s < ${s}; s++) {
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
  result = cover > 0. ? vec4(c * cover, cover) : vec4(0.);
}`}var $=[1,0,0,0,1,0,0,0,1],x=(o,e)=>o.map((n,s)=>{let t=3*Math.floor(s/3),r=s%3;return o[t]*e[r]+o[t+1]*e[r+3]+o[t+2]*e[r+6]}),T=(o,e)=>[0,3,6].map(n=>o[n]*e[0]+o[n+1]*e[1]+o[n+2]*e[2]),O=(o,e)=>o[0]*e[0]+o[1]*e[1]+o[2]*e[2];function A([o,e,n,s,t,r,i,p,l]){let h=[t*l-r*p,n*p-e*l,e*r-n*t,r*i-s*l,o*l-n*i,n*s-o*r,s*p-t*i,e*i-o*p,o*t-e*s],c=o*h[0]+e*h[3]+n*h[6];return h.map(f=>f/c)}function ee(o){let n=o.map(r=>r/256),s=$,t=$;for(let r=1;r<12;r++)s=x(s,n).map(i=>i/r),t=t.map((i,p)=>i+s[p]);for(let r=0;r<8;r++)t=x(t,t);return t}var te={product:x,inverse:A,image:T},xe=o=>[0,3,6,1,4,7,2,5,8].map(e=>o[e]),I=class{constructor(e,n,s){let t=e.getContext("webgl2",{antialias:!1});if(!t)throw new Error("This browser has no WebGL 2.");Object.assign(this,{canvas:e,gl:t,data:n,programs:new Map}),t.bindTexture(t.TEXTURE_2D,t.createTexture()),t.pixelStorei(t.UNPACK_COLORSPACE_CONVERSION_WEBGL,t.NONE),t.texImage2D(t.TEXTURE_2D,0,t.RGBA8,t.RGBA,t.UNSIGNED_BYTE,s),t.generateMipmap(t.TEXTURE_2D),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_MIN_FILTER,t.LINEAR_MIPMAP_LINEAR),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_WRAP_S,t.CLAMP_TO_EDGE),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_WRAP_T,t.CLAMP_TO_EDGE),this.size=[s.width,s.height]}draw(e,n){let{gl:s,canvas:t,data:r}=this,{symmetry:i}=e,p=e.overlay.some(Boolean),l=[e.model,i.name,n,p].join();this.programs.has(l)||this.programs.set(l,this.#t(e,n,p));let{program:h,set:c}=this.programs.get(l);s.useProgram(h),s.viewport(0,0,t.width,t.height),c.mat3("motion",[e.motion]),c.num("screen",[e.scale,...e.middle]),c.num("height",[t.height]),c.int("base",[e.base]),c.int("overlay",[...e.overlay,0]),c.num("change",[e.change]);let f=R(e.tint,r.frame,te);c.mat3("tint",[f.matrix]),c.num("tint_shift",f.shift),s.drawArrays(s.TRIANGLES,0,3)}finish(){let{gl:e}=this;e.readPixels(0,0,1,1,e.RGBA,e.UNSIGNED_BYTE,new Uint8Array(4))}#t({model:e,symmetry:n},s,t){let{gl:r,data:i}=this,{sides:p,lines:l,centres:h,palette:c}=n,f=r.createProgram(),v=Z({model:e,fine:s,spare:t,source:i.source.name,direct:n.direct,logits:!!i.frame,sides:p.length,lines:l.length,centres:h.length,colours:c.length});for(let[a,d]of[[r.VERTEX_SHADER,Q],[r.FRAGMENT_SHADER,v]]){let u=r.createShader(a);if(r.shaderSource(u,d),r.compileShader(u),!r.getShaderParameter(u,r.COMPILE_STATUS))throw new Error(r.getShaderInfoLog(u));r.attachShader(f,u)}if(r.linkProgram(f),!r.getProgramParameter(f,r.LINK_STATUS))throw new Error(r.getProgramInfoLog(f));r.useProgram(f);let m=we(r,f),M=c.map(a=>R(a,i.frame,te));m.vec3("side",p.map(a=>a.covector)),m.mat3("pairing",p.map(a=>a.matrix)),m.int("next",p.flatMap(a=>a.next)),m.mat3("colour",M.map(a=>a.matrix)),m.vec3("shift",M.map(a=>a.shift)),m.vec3("line",l.map(a=>a.covector)),m.int("kind",l.map(a=>Number(a.glide))),m.vec3("centre",h.map(a=>a.place)),m.int("order",h.map(a=>a.order)),m.num("soft",[n.soft]),m.num("area",[n.area]),m.num("mean",n.mean),m.num("paint_offset",i.texture.offset),m.num("paint_size",this.size),m.num("texture_scale",[i.texture.scale]);for(let[a,d]of Object.entries(i.source.numbers))m.num(a,d);return{program:f,set:m}}};function we(o,e){let n=s=>o.getUniformLocation(e,s);return{num:(s,t)=>o[`uniform${t.length}fv`](n(s),t),vec3:(s,t)=>t.length&&o.uniform3fv(n(s),t.flat()),mat3:(s,t)=>t.length&&o.uniformMatrix3fv(n(s),!1,t.flatMap(xe)),int:(s,t)=>{s==="overlay"?o.uniform4iv(n(s),t):t.length&&o.uniform1iv(n(s),t)}}}var N={plane:null,sphere:[1,1,1],hyperbolic:[1,1,-1]},D=(o,e,n)=>O(e,n.map((s,t)=>o[t]*s));function oe(o,e){if(o==="plane")return[-1,0,2*e[0],0,-1,2*e[1],0,0,1];let n=N[o],s=2/D(n,e,e);return[0,1,2].flatMap(t=>[0,1,2].map(r=>s*e[t]*e[r]*n[r]-(t===r)))}function ge(o,e,n){let s=e.map((r,i)=>r+n[i]);if(o==="plane")return s.map(r=>r/2);let t=Math.sqrt(Math.abs(D(N[o],s,s)));return s.map(r=>r/t)}function C(o,e,n,s){return s(oe(o,ge(o,e,n)),oe(o,e))}function ne(o){let e=Math.cos(o),n=Math.sin(o);return[e,-n,0,n,e,0,0,0,1]}function U(o,e){if(o==="plane")return e;let n=N[o],s=[2,0,1].map(l=>[e[l],e[l+3],e[l+6]]),t=[];for(let l of s){for(let c of t){let f=D(n,l,c)/D(n,c,c);l=l.map((v,m)=>v-f*c[m])}let h=Math.sqrt(Math.abs(D(n,l,l)));t.push(l.map(c=>c/h))}let[r,i,p]=t;return[0,1,2].flatMap(l=>[i[l],p[l],r[l]])}function se(o,e,n){let s=null,t=e,r=[];for(let i=0;i<500;i++){let p=o.map(c=>O(c.covector,t)),l=Math.min(...p);if(!(l<-1e-9*(1+Math.max(...t.map(Math.abs)))))break;let h=p.indexOf(l);t=T(o[h].matrix,t),s=s?n(o[h].matrix,s):o[h].matrix,r.push(h)}return{element:s,passed:r}}var ye={hyperbolic:30,spiral:12},S=class{constructor(e){this.data=e,this.model=e.models[0],this.overlay=[0,0,0],this.change=0,this.tint=[1,2,3],this.moved=$;for(let n of e.symmetries){n.palette=K(n.sides.map(s=>s.colour));for(let s of n.sides){let t=H(s.colour);s.next=n.palette.map(r=>Y(n.palette,P(r,t)))}}this.symmetry=e.symmetries[0],this.reset()}get space(){return b[this.model].space}get polar(){return this.model==="spiral"||this.model==="tunnel"}reset(){this.view=this.data.start,this.zoomed=1,this.base=0}placed(e,n){let[s,t,r,i]=b[this.model].extent.map(c=>c*this.data.unit),p=this.zoomed*Math.min(e/(t-s),n/(i-r)),l=(s+t)/2,h=(r+i)/2;return{scale:p,middle:[e/2-p*l,n/2+p*h]}}#t([e,n],[s,t]){let{scale:r,middle:i}=this.placed(s,t);return b[this.model].point((e-i[0])/r,(i[1]-n)/r)}drag(e,n,s){let t=this.#t(e,s),r=this.#t(n,s);!t||!r||(this.polar&&Math.abs(r[1]-t[1])>Math.PI&&(r[1]+=t[1]>r[1]?2*Math.PI:-2*Math.PI),this.#e(C(this.space,r,t,x)))}zoom(e,n,s){if(this.polar)return this.#e([1,0,-Math.log(e),0,1,0,0,0,1]);let t=this.space==="plane"&&this.#t(n,s);this.zoomed=Math.min(Math.max(this.zoomed*e,.1),40),t&&this.#e(C("plane",this.#t(n,s),t,x))}turn(e){if(this.polar)return this.#e([1,0,0,0,1,-e,0,0,1]);if(this.space==="sphere"){let n=Math.cos(e),s=Math.sin(e);return this.#e([1,0,0,0,n,s,0,-s,n])}this.#e(ne(this.space==="plane"?e:-e))}nudge(e,n,s){if(this.polar)return this.#e([1,0,-.1*n,0,1,-.1*e,0,0,1]);let t=s.map(i=>i/2),r=.12*Math.min(...s);this.drag(t,[t[0]-r*e,t[1]+r*n],s)}choose(e){this.symmetry=this.data.symmetries.find(n=>n.name===e),this.base=0}show(e,n,s){this.moved=n&&e.log?ee(e.log.map(t=>-n*t)):n?A(e.matrix):$,this.tint=e.colour,this.change=s}get motion(){return x(this.moved,this.view)}#e(e){this.view=U(this.space,x(this.view,e));let n=T(this.view,[0,0,1]);if(this.data.periods){let[s,t]=this.data.periods,r=s[0]*t[1]-s[1]*t[0],i=Math.round((n[0]*t[1]-n[1]*t[0])/r),p=Math.round((n[1]*s[0]-n[0]*s[1])/r);if(Math.abs(i)+Math.abs(p)<4)return;this.view=x([1,0,-i*s[0]-p*t[0],0,1,-i*s[1]-p*t[1],0,0,1],this.view)}else if(Math.max(n[2],Math.abs(n[0]))>ye[this.polar?"spiral":this.space]){let{element:s,passed:t}=se(this.symmetry.sides,n,x);if(!s)return;this.view=U(this.space,x(s,this.view));for(let r of t)this.base=this.symmetry.sides[r].next[this.base]}}};var re=24,be=8,ae=[1,.71,.5,.35,.25,.18],ze=160,Me=1e3,y=o=>document.getElementById(o),z=JSON.parse(y("data").textContent),w=y("picture");function Ee(o){return new Promise((e,n)=>{let s=new Image;s.onload=()=>e(s),s.onerror=()=>n(new Error("The picture cannot be read.")),s.src=o})}async function _e(){let o=new I(w,z,await Ee(z.texture.data)),e=new S(z),n=0,s=0,t=!1,r=null,i=()=>[w.clientWidth,w.clientHeight];function p(a){let d=(a?1:ae[n])*window.devicePixelRatio,[u,g]=i().map(de=>Math.max(1,Math.round(de*d)));(w.width!==u||w.height!==g)&&Object.assign(w,{width:u,height:g});let{model:q,symmetry:E,motion:ce,base:le,overlay:pe,change:he,tint:me}=e;o.draw({model:q,symmetry:E,motion:ce,base:le,overlay:pe,change:he,tint:me,...e.placed(u,g)},a),w.dataset.drawn=a?"finely":"moving"}function l(a){t=!1;let d=performance.now();p(!1),o.finish();let u=performance.now()-d;u>re?n=Math.min(n+(u>4*re?2:1),ae.length-1):u<be&&n&&(n-=1),clearTimeout(s),r?(r(a),h()):s=setTimeout(()=>p(!0),Math.max(f()?Me:ze,3*u))}function h(){w.dataset.drawn="moving",t||requestAnimationFrame(l),t=!0}let c=a=>(...d)=>{a(...d),h()},f=X(w,{drag:c((a,d)=>e.drag(a,d,i())),zoom:c((a,d=i().map(u=>u/2))=>e.zoom(a,d,i())),turn:c(a=>e.turn(a)),nudge:c((a,d)=>e.nudge(a,d,i())),reset:c(()=>e.reset()),release:h});window.addEventListener("resize",h),ie("model",z.models.map(a=>[a,b[a].title]),c(a=>e.model=a)),ie("symmetry",z.symmetries.map(a=>[a.name,a.title]),c(a=>e.choose(a))),["mirrors","centres","domain"].forEach((a,d)=>{let u=y(a);u.addEventListener("change",c(()=>e.overlay[d]=Number(u.checked)))}),y("reset").addEventListener("click",c(()=>e.reset()));function v(a){let d=performance.now();r=u=>{let g=(u-d)/1e3,q=E=>E<0?0:E>1?1:E*E*(3-2*E);e.show(a,g<3.4?a.log?q(g/1.6):+(g>.4):0,g<3.4?q((g-2)/1):0),g>=3.4&&(r=null)},h()}for(let a of z.moves){let d=document.createElement("button");d.type="button",d.textContent=a.name,d.title=a.title,d.setAttribute("aria-label",`Show ${a.name}: ${a.title}`),d.addEventListener("click",()=>v(a)),y("moves").append(d)}y("moves").hidden=!z.moves.length;let m=y("zoom");m.parentElement.hidden=!e.polar;function M(){let a=performance.now();r=m.checked?d=>{e.zoom(Math.exp((d-a)/4e3)),a=d}:null,h()}m.addEventListener("change",M),m.checked=e.polar&&!matchMedia("(prefers-reduced-motion: reduce)").matches,m.checked&&M(),h()}function ie(o,e,n){let s=y(o);for(let[t,r]of e)s.append(new Option(r,t));s.addEventListener("change",()=>n(s.value)),s.parentElement.hidden=e.length<2}_e().catch(o=>{let e=y("problem");e.textContent=`${o.message} Here is the picture as it is.`,e.hidden=!1;let n=Object.assign(new Image,{src:z.texture.data,alt:w.getAttribute("aria-label")});w.replaceWith(n)});})();
